// What `doctor` has shown to other systems, in words.
import type { Millis } from '../../clock.ts';
import type { EntryFields } from '../../log/entry.ts';
import { type Html, html } from './html.ts';
import { exact } from './said.ts';
import { time } from './times.ts';
import type { EntryWords } from './worded-entry.ts';

export const DECOY_WORDS = {
  'decoy.started': ({ system, target }: EntryFields<'decoy.started'>): EntryWords => ({
    state: 'noted',
    what: 'Trust tried with a decoy',
    who: html`the operator at the machine`,
    detail: html`A token with a subject that no job has, shown to ${system} for ${exact(target)}.`,
  }),
  'decoy.ended': (fields: EntryFields<'decoy.ended'>, now: Millis): EntryWords => ({
    state: fields.outcome === 'accepted' ? 'failed' : 'noted',
    what: fields.outcome === 'accepted' ? 'Decoy accepted' : 'Decoy answered',
    who: html`the other side`,
    detail: html`${OUTCOMES[fields.outcome]}${rest(fields, now)}`,
  }),
} as const;

const OUTCOMES: Readonly<Record<EntryFields<'decoy.ended'>['outcome'], string>> = {
  'subject-refused': 'It was refused for its subject, as it must be.',
  refused: 'It was refused for something that would refuse a job too.',
  'refused-without-reason': 'It was refused, as it must be; the other side does not say why.',
  accepted: 'It was taken: the other side trusts subjects that it must not trust.',
  unclear: 'There was no clear answer.',
};

function rest({ may_live_until: until }: EntryFields<'decoy.ended'>, now: Millis): Html {
  if (until === undefined) return html``;
  const at = Date.parse(until);
  const dies = at > now ? html`it dies by itself by ${time(at, now)}` : html`it has died by ${time(at, now)}`;
  return html` Nobody was handed what may have come of it; ${dies}.`;
}
