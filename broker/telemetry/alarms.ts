// Every line of our own log at ERROR: somebody should get up. What each means and what to do is said here, once:
// docs/operations.md is made from it, and the logger takes no other.

export interface AlarmMeaning {
  readonly means: string;
  readonly next: string;
}

export const ALARMS = {
  'the store did not answer': {
    means:
      'Nothing can be read or written, so every ask gets 503 `STORE_UNAVAILABLE`. Nothing is handed out that is not on record.',
    next: 'Look at the disk of the store: full, gone, or read-only. `error.cause` says what SQLite said. It goes on by itself once the disk does.',
  },
  'the store is not trusted any more': {
    means:
      'The disk answered with an error (an I/O error, a failed `fsync`, a damaged file). Every ask gets 503 from now on, and the broker ends itself with 74.',
    next: 'Check the disk and its room, then start the broker again: what it handed out is on record, and the start checks it.',
  },
  'a request failed inside the broker': {
    means: 'Something that nobody foresaw; the caller got 500 with the `http_request_id` and nothing else.',
    next: 'Report it with the line: it has the place in the code. Nothing was issued that is not on record; other requests are not touched.',
  },
  'the broker ends: an error that nobody foresaw': {
    means:
      'The process ends with 1. Nothing was handed out that is not on record; what was under way is repaired by the next start.',
    next: 'Have it started again, and report it with the line: it has the place in the code.',
  },
  'background work keeps failing': {
    means:
      'What `job` names has failed ten times in a row: `reconciling`, `recording what is withheld`, `revoking`, `notifying`, `fetching the keys of issuers`, `forgetting subject tokens`, `forgetting sessions`, `rotating the signing keys` or `writing the anchor`.',
    next: 'For the anchor look at its volume, for the keys at whoever holds them (a KMS) too, for all others at the disk of the store. It is tried again every two seconds.',
  },
  'a withheld credential is not on record yet; it will be tried again': {
    means:
      'Another system issued a credential that nobody got, and the store could not note it. It is revoked only once that is on record.',
    next: 'Look at the disk of the store, and do not stop the broker before a later try succeeded: only its memory knows of it.',
  },
  'withheld credentials are not on record at stop': {
    means: 'The broker stopped before it could note such a credential. It is in nobody’s hands, and not revoked.',
    next: 'Look for the last `issuance.started` without an outcome in the log, and revoke the credential at the system that issued it.',
  },
  'the anchor could not be written at stop': {
    means: 'The anchor is older than the log. It still shows a rollback to before it.',
    next: 'Make its volume writable and start the broker: it brings the anchor up to date.',
  },
  'a signing key held elsewhere does not sign': {
    means:
      'The KMS gave no signature in time, refused, or gave one that is not of the key on record. Every ask for a credential that this key signs gets 503 `UPSTREAM_FAILED`; nothing is handed out unsigned, or signed by another key.',
    next: '`error` says what the KMS said: look at its state, the permission `kms:Sign`, and the credentials of the broker there. It goes on by itself, and says `signs again`.',
  },
  'keys that credentials are signed with are not at the issuer': {
    means:
      'The static site at `issuer` publishes a key set without a key that signs, or whose credentials still live. Relying parties refuse those credentials.',
    next: 'Run `buildpass keys publish DIR`, and upload what it wrote. If somebody else changed the site, find out who.',
  },
  'a signing key in the store is not what the log says of it': {
    means:
      'Somebody who can write to the store changed the row of the key `key_id`, such as of one that was withdrawn: it says `state`, and the log `logged`. The broker leaves the key out: it signs nothing and is not published. The next start refuses the store.',
    next: 'Find out who. `buildpass log verify` says what else was changed; "A key that was put back" says how to go on.',
  },
  'a key that leaked is still at the issuer': {
    means:
      'It was withdrawn, and the static site at `issuer` still publishes it: whoever has it can sign what relying parties accept.',
    next: 'Run `buildpass keys publish DIR`, and upload what it wrote, at once.',
  },
  'a notice was given up: its channel did not take it for a day': {
    means:
      'People were not told of something over `channel`. What it was about is on record and on its page all the same.',
    next: '`error` says why. Mend the channel (its address, its secret, its certificate), or take it out of `notify`; what is queued for it goes on by itself.',
  },
} as const satisfies Readonly<Record<string, AlarmMeaning>>;

export type Alarm = keyof typeof ALARMS;
