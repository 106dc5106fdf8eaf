// What becomes of signing keys, in words.
import type { Millis } from '../../clock.ts';
import type { EntryFields } from '../../log/entry.ts';
import { html } from './html.ts';
import { exact } from './said.ts';
import { time } from './times.ts';
import type { EntryWords } from './worded-entry.ts';

const BROKER = html`the broker`;
const OPERATOR = html`an operator`;

export const KEY_WORDS = {
  'key.created': ({ purpose, algorithm, because, verifier_key: key }: EntryFields<'key.created'>): EntryWords => ({
    state: 'noted',
    what: purpose === 'log' ? 'Log key created' : 'Signing key created',
    who: html`${because === 'asked' ? OPERATOR : BROKER}, <code>${algorithm}</code>`,
    ...(key === undefined ? {} : { detail: html`Whoever trusts the log may trust ${exact(key)} from here on.` }),
  }),
  'key.seen': ({ key_id: key, purpose, issuer, changes_at: at }: EntryFields<'key.seen'>, now: Millis): EntryWords => ({
    state: 'noted',
    what: purpose === 'log' ? 'Log key published' : 'Signing key published',
    who: BROKER,
    detail: html`The key ${exact(key)} is at ${exact(issuer)}, and signs from ${time(Date.parse(at), now)} on.`,
  }),
  'key.rotated': keyRotated,
};

const KEY_STATES: Readonly<Record<EntryFields<'key.rotated'>['state'], string>> = {
  next: 'Signing key published',
  current: 'Another key signs',
  previous: 'A key signs no longer',
  retired: 'A key is published no longer',
  withdrawn: 'A key that leaked was withdrawn',
};

const LOG_KEY_STATES: typeof KEY_STATES = {
  next: 'Log key published',
  current: 'Another key signs the log',
  previous: 'The log key before signs beside it',
  retired: 'A log key signs no longer',
  withdrawn: 'A log key that leaked was withdrawn',
};

function keyRotated({ key_id: key, purpose, algorithm, state, because }: EntryFields<'key.rotated'>): EntryWords {
  const leaked = state === 'withdrawn';
  const who = html`${leaked || because === 'compromised' ? OPERATOR : BROKER}, <code>${algorithm}</code>`;
  return {
    state: leaked ? 'withdrawn' : 'noted',
    what: (purpose === 'log' ? LOG_KEY_STATES : KEY_STATES)[state],
    who,
    detail: html`The key ${exact(key)}.`,
  };
}
