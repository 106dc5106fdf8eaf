// Policies too many for one commit: as many projects beside the shop as one has room for, and one more.
import { ORGANIZATION, SHOP } from './policy-files.ts';

/** What one commit has room for. */
export const ONE_COMMIT = 32;

const fileOf = (at: number): string => `large-${at}.yaml`;

function projectOf(at: number): string {
  const allow = 'allow: [ { branch: main } ]';
  const entitlement = `{ risk: low, credential: { kind: jwt, audience: https://a.example }, ttl: 5m, ${allow} }`;
  return `project: large-${at}
owner: octo-org/platform
repositories: [ { name: octo-org/large-${at}, id: "${7_000 + at}" } ]
entitlements: { preview: ${entitlement} }
`;
}

const NUMBERS = Array.from({ length: ONE_COMMIT + 1 }, (_, at) => at);
const OFFER = '{ owner: octo-org/platform, may-offer: [ { kind: jwt, audiences: [ https://a.example ] } ] }';

/** Every file of them; with another `mark`, every one of those many is another. */
export function largePolicies(mark: string): Readonly<Record<string, string>> {
  const files = NUMBERS.map((at) => [fileOf(at), `${projectOf(at)}# ${mark}\n`]);
  const projects = NUMBERS.map((at) => `  large-${at}: ${OFFER}\n`).join('');
  return { ...Object.fromEntries(files), '_organization.yaml': `${ORGANIZATION}${projects}`, 'shop.yaml': SHOP };
}
