// What `GET /v1/leases` is asked for, each filter known and in its form: a slip must look neither like a list of everything nor like
// one of nothing.
import type { Request } from 'express';
import { LEASE_VIEWS, type LeaseView } from '../../shared/access-api.ts';
import { slipIn, TARGET_FORMS, type TargetedScope } from '../../shared/target-forms.ts';
import { BrokerError } from '../errors.ts';
import { quoted } from '../identity/refusal.ts';
import type { LeaseQuery } from '../issuance/lease-list.ts';
import { didYouMean } from '../shapes/schema-problems.ts';

type Slip = (value: string) => string | undefined;

const VIEWS: readonly string[] = LEASE_VIEWS;
const SCOPES = Object.keys(TARGET_FORMS) as TargetedScope[];

/** Of each filter: what is wrong with its value, as the end of a sentence. */
const FILTERS: ReadonlyMap<string, Slip> = new Map<string, Slip>([
  [
    'state',
    (value) => (VIEWS.includes(value) ? undefined : `is no state of a lease: it is one of ${VIEWS.join(', ')}`),
  ],
  ...SCOPES.map((scope) => [scope, (value: string) => slipIn(scope, value)] as const),
  ['approved-by', (value) => slipIn('principal', value)],
  ['before', (value) => slipIn('lease', value) && 'is not what `next` of the page before says'],
  ['limit', (value) => (/^([1-9][0-9]?|100)$/.test(value) ? undefined : 'is no number from 1 to 100')],
]);

const DEFAULT_LIMIT = '50';

/** @throws BrokerError PARAMETER_INVALID that names the filter, and what it takes */
export function leaseQuery({ query }: Pick<Request, 'query'>): LeaseQuery {
  const given = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, checked(name, value)]));
  const { state, before, limit = DEFAULT_LIMIT, ...only } = given;
  return { state: state as LeaseView | undefined, only, before, limit: Number(limit) };
}

function checked(name: string, value: unknown): string {
  const slipOf = FILTERS.get(name);
  if (slipOf === undefined) throw wrong(`There is no filter ${quoted(name)}${meant(name)}`);
  if (typeof value !== 'string') throw wrong(`The filter ${name} is given more than once: it takes one value.`);
  const slip = slipOf(value);
  if (slip !== undefined) throw wrong(`The filter ${name}: ${quoted(value)} ${slip}.`);
  return value;
}

const meant = (name: string): string =>
  didYouMean(name, FILTERS.keys(), '"') || `: there are ${[...FILTERS.keys()].join(', ')}.`;

const wrong = (message: string): BrokerError => new BrokerError('PARAMETER_INVALID', message);
