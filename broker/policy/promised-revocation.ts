// What may be promised of a credential before it is issued (P8): what holds in any case.
import type { Revocation } from '../model.ts';
import type { CredentialKind } from '../providers/credential-kinds.ts';

export const promisedRevocation = (
  { revocation, makes }: Pick<CredentialKind, 'revocation' | 'makes'>,
  /** what the kind made of `credential`; undefined where it does not load */
  parameters: unknown,
): Revocation => (parameters !== undefined && makes?.(parameters) === true ? 'at-expiry' : revocation);
