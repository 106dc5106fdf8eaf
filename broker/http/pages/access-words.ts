// What security does to access, in words: pauses, what ends them, and orders of revocation. An order is never called a revocation
// of a credential: that is said by each lease's own entries.
import type { Millis } from '../../clock.ts';
import type { EntryFields } from '../../log/entry.ts';
import { type Html, html } from './html.ts';
import { exact } from './said.ts';
import { time } from './times.ts';
import type { EntryWords } from './worded-entry.ts';

type By = Pick<EntryFields<'access.paused'>, 'by' | 'principal'>;
type Ordered = By & { readonly scope: string; readonly target: string };

const OPERATOR = html`the operator at the machine`;

const who = ({ by, principal }: By): Html =>
  by === 'operator' || principal === undefined ? OPERATOR : html`security, ${exact(principal)}`;

/** `everything`, `the project shop` */
const what = ({ scope, target }: Ordered): Html =>
  scope === 'everything' ? html`everything` : html`the ${scope.replaceAll('-', ' ')} ${exact(target)}`;

/** Orders of before it was counted say nothing of it. */
const underWay = ({ under_way: many = 0 }: EntryFields<'access.revocation_ordered'>): Html =>
  many === 0 ? html`` : html`, and ${many} ${many === 1 ? 'credential was' : 'credentials were'} being made`;

export const ACCESS_WORDS = {
  'access.paused': (fields: EntryFields<'access.paused'>): EntryWords => ({
    state: 'refused',
    what: 'Issuing paused',
    who: who(fields),
    detail: html`Nothing is issued for ${what(fields)} until it is resumed, which takes two wherever people can sign in.${
      fields.sessions !== undefined && html` Sessions of theirs that ended: ${fields.sessions}.`
    }`,
  }),
  'access.resume_proposed': (fields: EntryFields<'access.resume_proposed'>, now: Millis): EntryWords => ({
    state: 'waiting',
    what: 'Resuming proposed',
    who: who(fields),
    detail: html`For ${what(fields)}. A second person may confirm until ${time(Date.parse(fields.ends_at), now)}.`,
  }),
  'access.resumed': (fields: EntryFields<'access.resumed'>): EntryWords => ({
    state: 'permitted',
    what: fields.alone ? 'Issuing resumed by one alone' : 'Issuing resumed',
    who: who(fields),
    detail: html`That pause of ${what(fields)} is over.${fields.alone && ' Nobody could sign in to confirm it.'}`,
  }),
  'passkey.reset_proposed': (fields: EntryFields<'passkey.reset_proposed'>, now: Millis): EntryWords => ({
    state: 'waiting',
    what: 'Reset of passkeys proposed',
    who: who(fields),
    detail: html`Those of ${exact(fields.target)}. A second person may confirm until ${time(Date.parse(fields.ends_at), now)}.`,
  }),
  'passkey.reset': (fields: EntryFields<'passkey.reset'>, now: Millis): EntryWords => ({
    state: 'withdrawn',
    what: 'Passkeys reset',
    who: who(fields),
    detail: html`${fields.passkeys.length} of ${exact(fields.target)} removed, and ${fields.sessions} sessions ended. A new one may be registered until ${time(Date.parse(fields.register_by), now)}.`,
  }),
  'access.revocation_ordered': (fields: EntryFields<'access.revocation_ordered'>): EntryWords => ({
    state: 'noted',
    what: 'Revocation ordered',
    who: who(fields),
    detail: html`Of ${what(fields)}: ${fields.leases} ${fields.leases === 1 ? 'lease was' : 'leases were'} live${underWay(fields)}. What became of each credential is with its lease.`,
  }),
  'access.revocation_finished': ({ ended }: EntryFields<'access.revocation_finished'>): EntryWords => ({
    state: 'noted',
    what: 'Order of revocation worked off',
    who: html`the broker`,
    detail: html`${ended} ${ended === 1 ? 'lease was' : 'leases were'} ended by it.`,
  }),
} as const;
