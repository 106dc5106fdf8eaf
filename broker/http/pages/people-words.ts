// People's accounts and what is theirs, in words: identities, passkeys, command lines.
import type { Millis } from '../../clock.ts';
import type { EntryFields } from '../../log/entry.ts';
import { html } from './html.ts';
import { exact, said } from './said.ts';
import { time } from './times.ts';
import type { EntryWords } from './worded-entry.ts';

export const PEOPLE_WORDS = {
  'identity.linked': ({
    principal,
    provider,
    merged_principal: merged,
  }: EntryFields<'identity.linked'>): EntryWords => ({
    state: 'noted',
    what: 'Identity linked',
    who: html`the person ${exact(principal)}`,
    detail: html`An account at ${said(provider)} is of the same person${
      merged !== undefined && html`, who was known as ${exact(merged)} until then`
    }.`,
  }),
  'passkey.registered': ({ principal, backed_up: backedUp }: EntryFields<'passkey.registered'>): EntryWords => ({
    state: 'noted',
    what: 'Passkey registered',
    who: html`the person ${exact(principal)}`,
    detail: backedUp
      ? html`It is kept in a backup, so it may be on several devices of this person.`
      : html`It stays on one device.`,
  }),
  'passkey.removed': ({ principal }: EntryFields<'passkey.removed'>): EntryWords => ({
    state: 'noted',
    what: 'Passkey removed',
    who: html`the person ${exact(principal)}`,
  }),
  'command_line.allowed': (
    { principal, ends_at: ends }: EntryFields<'command_line.allowed'>,
    now: Millis,
  ): EntryWords => ({
    state: 'noted',
    what: 'Command line logged in',
    who: html`the person ${exact(principal)}`,
    detail: html`It reads what this person may read, until ${time(Date.parse(ends), now)} at the latest.`,
  }),
  'command_line.ended': ({ principal, by }: EntryFields<'command_line.ended'>): EntryWords => ({
    state: 'noted',
    what: 'Command line logged out',
    who: html`the person ${exact(principal)}, ${COMMAND_LINE_ENDED[by]}`,
  }),
} as const;

const COMMAND_LINE_ENDED: Readonly<Record<EntryFields<'command_line.ended'>['by'], string>> = {
  'command-line': 'by its token',
  page: 'on the page of the account',
  'sign-out-everywhere': 'signing out everywhere',
};
