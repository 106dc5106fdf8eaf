// Who ends access: a person of security, or the operator at the machine, who is whoever may open the broker's control socket. The
// log names a person by their principal, and keeps their name and their reason as personal fields.
import type { SignedIn } from '../model.ts';
import type { Transaction } from '../store/store.ts';

export type OrderedBy =
  | { readonly kind: 'operator' }
  | {
      readonly kind: 'security';
      readonly principal: string;
      readonly name: string;
      /** `github 501`: where they are known by what */
      readonly identity: string;
      readonly stepUp: 'none' | 'passkey' | 'provider';
    };

export const OPERATOR: OrderedBy = { kind: 'operator' };

/** Somebody who has just shown that it is really them. */
export function securityPerson({ principal, name, identities, stepUpMethod }: SignedIn): OrderedBy {
  const identity = identities.map(({ provider, providerId }) => `${provider} ${providerId}`).join(', ');
  return { kind: 'security', principal, name, identity, stepUp: stepUpMethod ?? 'none' };
}

/** As the rows name them: nobody is the operator. */
export const principalOf = (by: OrderedBy): string | null => (by.kind === 'security' ? by.principal : null);

export function orderedBy(by: OrderedBy) {
  if (by.kind === 'operator') return { by: by.kind, step_up: 'none' as const };
  return { by: by.kind, principal: by.principal, step_up: by.stepUp };
}

export function orderedPersonal(by: OrderedBy, reason: string): Readonly<Record<string, string>> {
  return by.kind === 'operator' ? { reason } : { by_identity: by.identity, by_name: by.name, reason };
}

/** Whether both are one and the same: people as the principals that they are known to be now, and operators as one. */
export async function isSame(tx: Transaction, one: string | null, other: string | null): Promise<boolean> {
  if (one === null || other === null) return one === other;
  return (await tx.principals.resolve(one)) === (await tx.principals.resolve(other));
}
