// What every kind of credential says of itself before any is issued: which parameters a policy gives it, how far the
// organization's offers let them reach, and what the other side can do. Pure: used when policies load, with or without a provider.
import { z } from 'zod';
import type { Seconds } from '../clock.ts';
import type { Repository, Revocation } from '../model.ts';
import type { Power } from '../policy/credential-power.ts';
import { judged, pattern } from '../policy/forms.ts';
import { compilePattern, foldCase } from '../policy/pattern.ts';
import { anyOf, type Checked, checkShape, didYouMean, type Problem } from '../shapes/schema-problems.ts';
import { type Narrowed, narrowerOffer } from './kind-narrower.ts';

/** What one project may reach with credentials of one kind. */
export interface Offers {
  /** the project's own repositories, reachable without an offer */
  readonly repositories: readonly Repository[];
  /** those of them that are the project's by the organization's word too, and where it says so, for people */
  readonly vouched: { readonly ids: readonly string[]; readonly where: string };
  /** whose ids the GitHub App knows; undefined where there is one issuer or no configuration at hand */
  readonly appIssuers?: readonly string[] | undefined;
  /** what `parseOffer` made of each offer of this kind */
  readonly offered: readonly unknown[];
  /** of the configuration; undefined where none is at hand */
  readonly upstreams: Upstreams | undefined;
  /** where offers stand, for people: "projects.shop.may-offer of _organization.yaml" */
  readonly where: string;
}

/** What answers at each upstream, by its name. */
export type Upstreams = ReadonlyMap<string, string>;

export type ParsedParameters =
  | {
      readonly ok: true;
      readonly parameters: unknown;
      /** the only repository of the project whose jobs may have it; undefined where all of them may */
      readonly onlyFrom?: Repository | undefined;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface CredentialKind {
  /** `credential.kind` in a policy */
  readonly kind: string;
  /** whether this broker can issue it; an entitlement of another kind loads and always refuses */
  readonly available: boolean;
  /** what it takes for that beside this version of the broker, as the end of "needs" */
  readonly takes?: string;
  /** the shortest and the longest TTL that the other side can keep */
  readonly lifetime: { readonly min: Seconds; readonly max: Seconds };
  readonly revocation: Revocation;
  /** may hand out a value that never dies, where the guardrails name the entitlement */
  readonly static?: boolean;
  /** whether these parameters have something made, which has an end, and which it may be that nobody can revoke before */
  readonly makes?: (parameters: unknown) => boolean;
  /** `credential` without its `kind`: well-formed, and nothing that was not offered */
  readonly parse: (value: unknown, offers: Offers) => ParsedParameters;
  /** an item of `may-offer` without its `kind` */
  readonly parseOffer: (value: unknown) => Checked<unknown>;
  /** what `parse` took, in words for people: what the job gets, no secret */
  readonly gives: (parameters: unknown) => string;
  /** how much harm it could do */
  readonly power: (parameters: unknown) => Power;
  /** what would be left of an offer that took no more than these parameters */
  readonly narrower: (offer: unknown, used: readonly unknown[]) => Narrowed;
  /** the same two as schemas, for editors: what they refuse `parse` and `parseOffer` refuse too */
  readonly schemas: { readonly parameters: z.ZodType; readonly offer: z.ZodType };
}

export type CredentialKinds = ReadonlyMap<string, CredentialKind>;

/** One direction in which a parameter can reach, and the list of an offer that bounds it. */
export interface Reach<P> {
  readonly parameter: string;
  /** the parameter's name in the plural */
  readonly offer: string;
  readonly values: (parameters: P) => readonly string[];
  /** `whole` compares byte by byte; `pattern` lets `*` stand for a run that stops at / */
  readonly compare: 'whole' | 'pattern';
  /** what an offer that leaves it out offers of it; without this it must be there. `anything` where it gives no access by itself */
  readonly leftOut?: 'nothing' | 'anything';
}

export interface KindDefinition<P>
  extends Pick<CredentialKind, 'kind' | 'lifetime' | 'revocation' | 'static' | 'takes'> {
  readonly makes?: (parameters: P) => boolean;
  readonly gives: (parameters: P) => string;
  readonly power: (parameters: P) => Power;
  readonly parameters: z.ZodType<P>;
  readonly reach: readonly Reach<P>[];
  /** the upstream that the parameters name, if the kind has one, and what must answer there */
  readonly upstream?: { readonly kind: string; readonly named: (parameters: P) => string };
}

export type Kind = Omit<CredentialKind, 'available'>;

/** A kind whose parameters must lie within one offer as a whole: two offers never add up to a third. */
export function defineKind<P>(definition: KindDefinition<P>): Kind {
  const { parameters, reach, upstream, gives, power, makes, ...rest } = definition;
  const offerSchema = schemaOfOffers(reach);
  return {
    ...rest,
    parse(value, offers) {
      const checked = checkShape(parameters, value);
      if (!checked.ok) return checked;
      const problems = [
        ...(upstream === undefined ? [] : upstreamProblems(upstream.named(checked.value), upstream.kind, offers)),
        ...beyondOffers(definition, checked.value, offers),
      ];
      return problems.length === 0 ? { ok: true, parameters: checked.value } : { ok: false, problems };
    },
    parseOffer: (value) => checkShape(offerSchema, value),
    // Only ever called with what `parse` and `parseOffer` of the same kind took.
    ...(makes && { makes: (value: unknown) => makes(value as P) }),
    gives: (value) => gives(value as P),
    power: (value) => power(value as P),
    narrower: (value, used) => {
      const offer = value as Offer;
      const taken = (used as readonly P[]).filter((one) => beyondOne(reach, one, offer).length === 0);
      return narrowerOffer(reach, offer, taken);
    },
    schemas: { parameters, offer: offerSchema },
  };
}

type Offer = Readonly<Record<string, readonly string[] | undefined>>;

function schemaOfOffers<P>(reach: readonly Reach<P>[]): z.ZodType<Offer> {
  const lists = reach.map(({ offer, compare, leftOut }) => {
    const one = compare === 'pattern' ? pattern : offeredWhole;
    const list = z.array(one).min(1, 'is empty: an offer of nothing could be taken for one of everything');
    return [offer, leftOut === undefined ? list : list.optional()] as const;
  });
  return z.strictObject(Object.fromEntries(lists)) as unknown as z.ZodType<Offer>;
}

const offeredWhole = judged((value) => {
  if (value === '') return 'is empty';
  return value.includes('*') ? 'has `*`: it is compared whole, a pattern would never match' : undefined;
});

function upstreamProblems(name: string, kind: string, { upstreams }: Offers): Problem[] {
  const found = upstreams?.get(name);
  if (upstreams === undefined || found === kind) return [];
  const wrong =
    found === undefined ? 'is not among the upstreams of the configuration' : `is a ${found}, and no ${kind}`;
  const fitting = [...upstreams].flatMap(([one, what]) => (what === kind ? [one] : []));
  return [
    {
      path: ['upstream'],
      message: `"${name}" ${wrong}${didYouMean(name, fitting) || `: add it under \`upstreams\` with \`kind: ${kind}\``}`,
    },
  ];
}

/** Empty where some offer takes the parameters whole; else what keeps them out of the offer that is nearest. */
function beyondOffers<P>({ kind, reach }: KindDefinition<P>, parameters: P, offers: Offers): Problem[] {
  const wanted = reach.flatMap(({ offer, values, leftOut }) => {
    const needed = leftOut === 'anything' ? [] : values(parameters);
    return needed.length === 0 ? [] : [`${offer}: [${needed.join(', ')}]`];
  });
  if (offers.offered.length === 0) {
    return [
      {
        path: [],
        message: `the organization offers this project no \`${kind}\` credential: add { kind: ${kind}, ${wanted.join(', ')} } to ${offers.where}`,
      },
    ];
  }
  const byOffer = offers.offered.map((offer) => beyondOne(reach, parameters, offer as Offer));
  const nearest = byOffer.sort((a, b) => a.length - b.length)[0] ?? [];
  return nearest.map(({ path, message }) => ({
    path,
    message: `${message}; add it to an offer of kind \`${kind}\` in ${offers.where}`,
  }));
}

function beyondOne<P>(reach: readonly Reach<P>[], parameters: P, offer: Offer): Problem[] {
  return reach.flatMap(({ parameter, offer: key, values, compare, leftOut }) => {
    if (offer[key] === undefined && leftOut === 'anything') return [];
    const offered = offer[key] ?? [];
    const takes = (value: string): boolean =>
      offered.some((one) => (compare === 'whole' ? one === value : compilePattern(one).matches(value)));
    const beyond = values(parameters).filter((value) => !takes(value));
    return beyond.map((value) => ({
      path: [parameter],
      message: `"${value}" is not offered (${key}: ${offered.length === 0 ? 'none' : anyOf(offered)})`,
    }));
  });
}

/** Names that GitHub does not tell apart are one name. */
export const sameName = (a: string, b: string): boolean => foldCase(a) === foldCase(b);
