// The digests by which entries of the log bind what is kept beside it. The broker writes them, the verifier makes them again.
import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** base64(SHA-256(salt ‖ UTF-8 value)): says nothing without the salt, and binds the value with it. */
export function commitment(salt: Buffer, value: string): string {
  // One call over one buffer, as in merkle.ts: hashing in pieces costs twice as much.
  return hash('sha256', Buffer.concat([salt, Buffer.from(value)]), 'base64');
}

export const textDigest = (text: string): string => hash('sha256', text);

/** The digest of a set of policy documents, from the digests of its files. */
export function policySetDigest(members: readonly { readonly file: string; readonly digest: string }[]): string {
  const sorted = members.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  return textDigest(canonicalJson(sorted.map(({ file, digest }) => [file, digest])));
}

/** What the row of a request says beyond the fields of its entry: names of people and the whole token's claims among it. */
export interface RequestDetails {
  readonly origin: string;
  readonly requester: string | null;
  readonly job_key: string;
  readonly parameters: string;
  readonly decision: string;
  readonly subject: string;
}

/**
 * One digest over those columns. It stands in `request.decided` as a personal field, salted: an unsalted digest of what can be
 * guessed would outlive the erasing of it.
 */
export function requestDetails({ origin, requester, job_key, parameters, decision, subject }: RequestDetails): string {
  return textDigest(canonicalJson({ origin, requester, job_key, parameters, decision, subject }));
}
