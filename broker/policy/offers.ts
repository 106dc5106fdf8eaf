// What the organization lets a project put into its entitlements: its `may-offer`, read by the kinds of credential it names.
import type { CredentialKinds, Offers } from '../providers/credential-kinds.ts';
import { anyOf, didYouMean, type Problem } from '../shapes/schema-problems.ts';
import type { OrganizationDocument } from './organization-document.ts';

type MayOffer = OrganizationDocument['projects'][string]['may-offer'];

export interface ParsedOffers {
  readonly problems: readonly Problem[];
  /** offers by kind of credential */
  readonly byKind: ReadonlyMap<string, Offers['offered']>;
}

/** Paths are relative to `may-offer`. */
export function parseOffers(mayOffer: MayOffer, kinds: CredentialKinds): ParsedOffers {
  const problems: Problem[] = [];
  const byKind = new Map<string, unknown[]>();
  for (const [index, { kind: name, ...value }] of mayOffer.entries()) {
    const kind = kinds.get(name);
    if (kind === undefined) {
      problems.push({ path: [index, 'kind'], message: unknownKind(name, kinds) });
      continue;
    }
    const parsed = kind.parseOffer(value);
    if (parsed.ok) byKind.set(name, [...(byKind.get(name) ?? []), parsed.value]);
    else problems.push(...parsed.problems.map(({ path, message }) => ({ path: [index, ...path], message })));
  }
  return { problems, byKind };
}

export function unknownKind(name: string, kinds: CredentialKinds): string {
  const known = [...kinds.keys()].filter((kind) => !kind.startsWith('_'));
  return `"${name}" is not a kind of credential${didYouMean(name, known) || `: there are ${anyOf(known).replace(' or ', ' and ')}`}`;
}
