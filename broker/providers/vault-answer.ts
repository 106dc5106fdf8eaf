// What a vault answered for a secret, and how it ends: a lease that the vault can end, a certificate that dies by itself, or a value that
// stays what it is. Only what is certain counts as an end: everything else never dies.
import { Secret } from '../../shared/secret.ts';
import type { Millis } from '../clock.ts';
import { sshCertificateEnd } from './ssh-certificate.ts';
import type { SecretAnswer } from './vault-api.ts';

export type Ending =
  | { readonly kind: 'lease'; readonly endsAt: Millis }
  | { readonly kind: 'certificate'; readonly endsAt: Millis }
  | { readonly kind: 'none'; readonly version: string };

type Fields = Readonly<Record<string, unknown>>;

/** `requested`: it was made for us. What lies in a vault may look like a certificate, and be as old as anything. */
export function endingOf(answer: SecretAnswer, { requested, now }: { requested: boolean; now: Millis }): Ending {
  const { lease_id: lease, lease_duration: duration } = answer;
  if (lease !== '') return { kind: 'lease', endsAt: duration > 0 ? now + duration * 1000 : Number.POSITIVE_INFINITY };
  const end = requested ? certificateEnd(answer.data ?? {}) : undefined;
  if (end !== undefined) return { kind: 'certificate', endsAt: end };
  return { kind: 'none', version: versioned(answer)?.version ?? 'unversioned' };
}

/** PKI says it in `expiration`, in seconds; an SSH certificate has it inside. */
function certificateEnd({ certificate, expiration, signed_key: signed }: Fields): Millis | undefined {
  if (typeof certificate === 'string' && typeof expiration === 'number') return expiration * 1000;
  return typeof signed === 'string' ? sshCertificateEnd(signed) : undefined;
}

/** A value of the second version of the KV engine: the fields lie one level deeper, beside the number of the version. */
function versioned({ lease_id: lease, data }: SecretAnswer): { fields: Fields; version: string } | undefined {
  const fields = isFields(data?.['data']) ? data['data'] : undefined;
  const metadata = isFields(data?.['metadata']) ? data['metadata'] : {};
  const { version } = metadata;
  if (lease !== '' || fields === undefined || typeof version !== 'number') return undefined;
  return { fields, version: String(version) };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface Taken {
  readonly values: Readonly<Record<string, Secret>>;
  /** why they are not to be handed out, as the end of a sentence */
  readonly problem?: string;
}

/** The fields that the policy names, and no other. `own`: what must never be among them. */
export function takeValues(
  answer: SecretAnswer,
  wanted: Readonly<Record<string, string>>,
  own: readonly Secret[],
): Taken {
  const fields = versioned(answer)?.fields ?? answer.data ?? {};
  const values: Record<string, Secret> = {};
  for (const [output, field] of Object.entries(wanted)) {
    const value = Object.hasOwn(fields, field) ? asText(fields[field]) : undefined;
    if (value === undefined) return { values, problem: fieldProblem(field, fields) };
    if (own.some((secret) => value.includes(secret.reveal())))
      return { values, problem: `its field "${field}" holds the login of the broker` };
    values[output] = new Secret(value);
  }
  return { values };
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' && !value.includes('\0') ? value : undefined;
}

function fieldProblem(field: string, fields: Fields): string {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (value === undefined || value === null) return `it has no field "${field}"`;
  if (typeof value === 'string' && value !== '') return `its field "${field}" is binary, and no text`;
  return value === '' ? `its field "${field}" is empty` : `its field "${field}" is a list or a map, and no text`;
}
