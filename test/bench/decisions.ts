// What one decision costs by the number of entitlements on offer: `evaluate` alone, over policies loaded as a broker loads them.
import type { Ask } from '../../broker/model.ts';
import { evaluate } from '../../broker/policy/evaluate.ts';
import { loadPolicy, type PolicyDocument, type PolicySet } from '../../broker/policy/load-policy.ts';
import { buildContext } from '../support/build-policy.ts';
import { buildSubject } from '../support/build-subject.ts';
import { quantile, table } from './statistics.ts';

const SIZES = [10, 1_000, 100_000];
const OF_PROJECT = 250;
const REPOSITORIES_OF_PROJECT = 50;
const BATCHES = 200;
const OF_BATCH = 500;

export function benchDecisions(): string {
  const rows = SIZES.map((size) => {
    const began = performance.now();
    const policies = load(size);
    const seconds = (performance.now() - began) / 1000;
    const micros = decide(policies, size).sort((a, b) => a - b);
    return [String(size), quantile(micros, 0.5).toFixed(2), quantile(micros, 0.99).toFixed(2), seconds.toFixed(1)];
  });
  return table(['entitlements', 'CPU µs a decision, median', 'p99 of batches', 'seconds to load'], rows);
}

const projects = (size: number): number => Math.max(1, size / OF_PROJECT);
const repositoryOf = (project: number, at: number): string =>
  String(1_000_000 + project * REPOSITORIES_OF_PROJECT + at);

function load(size: number): PolicySet {
  const count = projects(size);
  const owners = Array.from({ length: count }, (_, at) => `  p${at}: ${OFFER}`);
  const organization = `teams: { acme/platform: { github: "4710" } }\nprojects:\n${owners.join('\n')}\n`;
  const documents: PolicyDocument[] = [{ file: '_organization.yaml', text: organization }];
  for (let at = 0; at < count; at += 1) documents.push({ file: `p${at}.yaml`, text: project(at, size / count) });
  const loaded = loadPolicy(documents, buildContext());
  if (loaded.ok) return loaded.policies;
  throw new Error(`the policies do not load: ${JSON.stringify(loaded.findings.slice(0, 3))}`);
}

const OFFER = '{ owner: acme/platform, may-offer: [ { kind: jwt, audiences: [ https://p.example ] } ] }';

function project(at: number, entitlements: number): string {
  const repositories = Array.from(
    { length: REPOSITORIES_OF_PROJECT },
    (_, one) => `  - { name: acme/r${at}-${one}, id: "${repositoryOf(at, one)}" }`,
  );
  const offers = Array.from(
    { length: entitlements },
    (_, one) =>
      `  e${one}: { title: E, risk: low, credential: { kind: jwt, audience: https://p.example }, ttl: 10m, allow: [ { branch: [ "release/*", main ], event: push } ] }`,
  );
  return `project: p${at}\ntitle: P\nowner: acme/platform\nrepositories:\n${repositories.join('\n')}\nentitlements:\n${offers.join('\n')}\n`;
}

/** Microseconds of CPU, a batch at a time, of permits all over the policies. */
function decide(policies: PolicySet, size: number): number[] {
  const count = projects(size);
  const asks = Array.from({ length: OF_BATCH }, (_, at) => {
    const which = (at * 7919) % count;
    const repositoryId = repositoryOf(which, at % REPOSITORIES_OF_PROJECT);
    const subject = buildSubject({ repositoryId, repositoryOwnerId: '1001', repositoryOwner: 'acme' });
    const entitlement = `e${(at * 31) % (size / count)}`;
    const ask: Ask = {
      ...{ project: `p${which}`, entitlement, ttl: undefined, now: 0 },
      standing: { suspension: undefined, issuedToJob: 0 },
    };
    return { subject, ask };
  });
  return Array.from({ length: BATCHES }, () => {
    const before = process.cpuUsage();
    for (const { subject, ask } of asks)
      if (evaluate(policies, subject, ask).outcome !== 'permit') throw new Error('a decision is no permit');
    const { user, system } = process.cpuUsage(before);
    return (user + system) / OF_BATCH;
  });
}
