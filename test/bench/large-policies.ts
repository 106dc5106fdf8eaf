// Policies as large as they get: 50 repositories and 250 entitlements a project, in 400 files and the organization's, which fills
// its 64 KiB with little more than twice as many projects. No two entitlements of a project are the same.
import type { Ask, Subject } from '../../broker/model.ts';
import type { PolicyDocument } from '../../broker/policy/load-policy.ts';
import { buildSubject } from '../support/build-subject.ts';

const OF_PROJECT = 250;
const REPOSITORIES_OF_PROJECT = 50;

const projectsOf = (size: number): number => Math.max(1, size / OF_PROJECT);
const repositoryOf = (project: number, at: number): string =>
  String(1_000_000 + project * REPOSITORIES_OF_PROJECT + at);

/** `more`: further lines of the organization's `projects`. */
export function largePolicies(size: number, more = ''): readonly PolicyDocument[] {
  const count = projectsOf(size);
  const owners = Array.from({ length: count }, (_, at) => `  p${at}: ${OFFER}`);
  const text = `teams: { octo-org/platform: { github: "4710" } }\nprojects:\n${owners.join('\n')}\n${more}`;
  const documents: PolicyDocument[] = [{ file: '_organization.yaml', text }];
  for (let at = 0; at < count; at += 1) documents.push({ file: `p${at}.yaml`, text: project(at, size / count) });
  return documents;
}

const OFFER = '{ owner: octo-org/platform, may-offer: [ { kind: jwt, audiences: [ https://a.example ] } ] }';

function project(at: number, entitlements: number): string {
  const repositories = Array.from(
    { length: REPOSITORIES_OF_PROJECT },
    (_, one) => `  - { name: octo-org/r${at}-${one}, id: "${repositoryOf(at, one)}" }`,
  );
  const offers = Array.from({ length: entitlements }, (_, one) => entitlement(one));
  return `project: p${at}\ntitle: P\nowner: octo-org/platform\nrepositories:\n${repositories.join('\n')}\nentitlements:\n${offers.join('\n')}\n`;
}

const entitlement = (one: number): string =>
  `  e${one}: { title: Thing ${one}, risk: low, credential: { kind: jwt, audience: https://a.example }, ttl: ${(one % 50) + 5}m, allow: [ { branch: [ "release/${one}/*", main ], environment: env-${one}, event: push } ] }`;

/** Permits all over the policies. */
export function permittedAsks(size: number, number: number): { subject: Subject; ask: Ask }[] {
  const count = projectsOf(size);
  return Array.from({ length: number }, (_, at) => {
    const [which, one] = [(at * 7919) % count, (at * 31) % (size / count)];
    const repositoryId = repositoryOf(which, at % REPOSITORIES_OF_PROJECT);
    const subject = buildSubject({
      ...{ repositoryId, repositoryOwnerId: '1001', repositoryOwner: 'octo-org' },
      environment: `env-${one}`,
    });
    const ask: Ask = {
      ...{ project: `p${which}`, entitlement: `e${one}`, ttl: undefined, now: 0 },
      standing: { suspension: undefined, issuedToJob: 0 },
    };
    return { subject, ask };
  });
}
