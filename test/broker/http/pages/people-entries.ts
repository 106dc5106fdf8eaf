// Entries about people and what is theirs, each with the words that it must have.
import type { EntrySample } from './key-entries.ts';

export const PEOPLE_ENTRIES: readonly EntrySample[] = [
  [
    'identity.linked',
    { principal: 'prn_a', provider: 'sso', merged_principal: 'prn_b' },
    'Identity linked',
    'An account at quote: sso end of quote is of the same person, who was known as prn_b until then.',
  ],
  [
    'passkey.registered',
    { principal: 'prn_a', passkey_id: 'pky_a', backed_up: true },
    'Passkey registered',
    'It is kept in a backup, so it may be on several devices of this person.',
  ],
  ['passkey.removed', { principal: 'prn_a', passkey_id: 'pky_a' }, 'Passkey removed', ''],
  [
    'command_line.allowed',
    { principal: 'prn_a', session_id: 'ses_a', step_up: 'passkey', ends_at: '2026-11-22T12:10:00.000Z' },
    'Command line logged in',
    'It reads what this person may read, until 12:10:00 at the latest.',
  ],
  ['command_line.ended', { principal: 'prn_a', session_id: 'ses_a', by: 'page' }, 'Command line logged out', ''],
];
