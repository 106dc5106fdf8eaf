// Offers of the organization that take more than the entitlements of the project use, each with the narrower offer written out.
import type { Entitlement } from '../../model.ts';
import type { CredentialKind, CredentialKinds } from '../../providers/credential-kinds.ts';
import type { OrganizationDocument } from '../organization-document.ts';
import { flowYaml } from './flow-yaml.ts';
import type { Advice } from './lint-finding.ts';

type MayOffer = OrganizationDocument['projects'][string]['may-offer'];

/** Paths are relative to `may-offer`. `used`: every entitlement of the project. */
export function offerFindings(mayOffer: MayOffer, used: readonly Entitlement[], kinds: CredentialKinds): Advice[] {
  return mayOffer.flatMap(({ kind: name, ...value }, index) => {
    const parameters = used.flatMap(({ credential }) => (credential.kind === name ? [credential.parameters] : []));
    const narrowed = (kinds.get(name) as CredentialKind).narrower(value, parameters);
    if (narrowed === 'fits') return [];
    const base = { code: 'LINT_OFFER_WIDE', path: [index] } as const;
    if (narrowed === 'unused')
      return [
        {
          ...base,
          message: `the project may hand out \`${name}\` credentials by this offer, and no entitlement does.`,
          remedy: 'take the offer out until an entitlement needs it.',
        },
      ];
    return [
      {
        ...base,
        message: `the project may hand itself more than its entitlements use: ${flowYaml(value)} takes more than they do.`,
        remedy: `\`- ${flowYaml({ kind: name, ...narrowed })}\`.`,
      },
    ];
  });
}
