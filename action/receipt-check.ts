// The receipt of a credential. With a pinned log key it must hold and be about this job and this credential, or the
// credential is not handed on; without one it is only read, for people, and never called proven.
import type { Issued } from '../shared/api.ts';
import type { KindName } from '../shared/issued-credential.ts';
import { parseProof, type Receipt, verifyReceipt } from '../shared/receipt.ts';
import { type NoteVerifier, splitNote } from '../shared/signed-note.ts';
import type { Claims } from './subject-token.ts';

export interface ReceiptFacts {
  readonly proven: boolean;
  /** undefined where an unproven receipt could not be read */
  readonly logIndex: number | undefined;
  readonly entry: Readonly<Record<string, unknown>>;
  /** another key of the log signed too: the pinned one will not sign for ever */
  readonly keyChanges: boolean;
}

export interface Expected {
  readonly logKeys: readonly NoteVerifier[];
  readonly claims: Claims;
  readonly kind: KindName;
  readonly tokenHash: string;
}

/** @throws Error with a sentence saying which part does not hold */
export function proveReceipt(issued: Issued, { logKeys, claims, kind, tokenHash }: Expected): ReceiptFacts {
  const { entry, index } = verifyReceipt(issued.receipt, logKeys);
  const [project, entitlement] = issued.scope.split('/');
  const expected: Readonly<Record<string, unknown>> = {
    type: 'issuance.succeeded',
    issuance_id: issued.issuance_id,
    lease_id: issued.lease_id,
    // An answer need not name its request.
    ...(issued.request_id === undefined ? {} : { request_id: issued.request_id }),
    kind,
    ...(isKeptElsewhere(kind, entry) ? {} : { fingerprint: tokenHash }),
    project,
    entitlement,
    repository_id: claims['repository_id'],
    run_id: claims['run_id'],
    run_attempt: claims['run_attempt'],
  };
  for (const [member, value] of Object.entries(expected)) {
    // A receipt of another issuance is genuine, too: it is these members that tie it to what we hold.
    if (typeof value !== 'string' || entry[member] !== value) {
      throw new Error(
        `its entry in the log says ${member} ${JSON.stringify(entry[member])}, and this job and answer have ${JSON.stringify(value)}`,
      );
    }
  }
  return { proven: true, logIndex: index, entry, keyChanges: hasOtherKey(issued.receipt, logKeys) };
}

function hasOtherKey({ proof }: Receipt, logKeys: readonly NoteVerifier[]): boolean {
  const { signatures } = splitNote(parseProof(proof).checkpoint);
  const ofLog = signatures.filter(({ name }) => logKeys.some((key) => key.name === name));
  return ofLog.some(({ keyId }) => !logKeys.some((key) => key.keyId === keyId));
}

/** A value that could be guessed from its hash has no fingerprint in the log: which path and version it was stands there instead. */
function isKeptElsewhere(kind: KindName, entry: ReceiptFacts['entry']): boolean {
  if (kind !== 'vault-secret' || 'fingerprint' in entry) return false;
  const { path, version } = Object(entry['kept_at']) as { path?: unknown; version?: unknown };
  return typeof path === 'string' && path !== '' && typeof version === 'string' && version !== '';
}

export function readReceipt(receipt: Receipt): ReceiptFacts {
  try {
    const entry: unknown = JSON.parse(Buffer.from(receipt.entry, 'base64').toString('utf8'));
    return {
      proven: false,
      logIndex: parseProof(receipt.proof).index,
      entry: typeof entry === 'object' && entry !== null ? { ...entry } : {},
      keyChanges: false,
    };
  } catch {
    return { proven: false, logIndex: undefined, entry: {}, keyChanges: false };
  }
}
