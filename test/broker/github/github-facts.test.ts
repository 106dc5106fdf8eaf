import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../broker/clock.ts';
import { parseAppKey } from '../../../broker/github/github-app.ts';
import { createGithubFacts } from '../../../broker/github/github-facts.ts';
import type { AskFacts } from '../../../broker/model.ts';
import { createUpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { buildSubject } from '../../support/build-subject.ts';
import { RUN } from '../../support/fact-story.ts';
import { GithubAppApi } from '../../support/github-app-api.ts';
import { nothingYet } from '../../support/github-knowledge.ts';

const JOB = buildSubject({
  ...{ repository: 'octo-org/octo-repo', repositoryId: '456789', repositoryOwnerId: '123456' },
  ...{ runId: '15987654321', sha: RUN.head_sha, eventName: 'push', refType: 'branch' },
});
const team = (name: string, organizationId: string) => ({ name, at: { organizationId, teamId: '4713' } });
const needs = (name: string, organizationId: string) => ({
  ...{ run: true, commit: false, policies: [], environment: false, teams: [team(name, organizationId)] },
});

async function startApi(elapsed: () => number = () => 0): Promise<{ api: GithubAppApi; ask: AskFacts }> {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-'));
  const api = await new GithubAppApi().listen();
  onTestFinished(async () => {
    rmSync(directory, { recursive: true });
    await api.close();
  });
  api.knows = { ...nothingYet(), runs: [RUN], accounts: [{ id: 9001, login: 'robin', type: 'User' }] };
  const app = api.app(directory);
  const key = parseAppKey(app.privateKeyFile, readFileSync(app.privateKeyFile, 'utf8'));
  const upstream = createUpstreamFetch({ privateNetwork: false });
  const logger = { warn: () => undefined, hide: () => undefined };
  return { api, ask: createGithubFacts({ app, key, upstream, clock: systemClock, elapsed, logger }) };
}

test('a team of another organization is asked for by the installation there', async () => {
  const { api, ask } = await startApi();
  api.knows.organizations['other-org'] = 777;
  api.knows.teams['777/4713'] = { 9001: 'active' };
  const { teams } = await ask(JOB, needs('other-org/oncall', '777'));
  expect(teams?.get('other-org/oncall')).toEqual({ value: true });
  expect(api.requests).toContain('GET /orgs/other-org/installation');
});

test('an organization whose name is another’s by now is not asked', async () => {
  const { api, ask } = await startApi();
  api.knows.organizations['other-org'] = 778;
  const { teams } = await ask(JOB, needs('other-org/oncall', '777'));
  expect(teams?.get('other-org/oncall')).toMatchObject({ unavailable: expect.stringContaining('somebody else') });
});

test('tokens are for one repository, and for one thing to read', async () => {
  const { api, ask } = await startApi();
  api.knows.teams['123456/4713'] = { 9001: 'active' };
  await ask(JOB, needs('octo-org/oncall', '123456'));
  expect(api.handedOut).toEqual([
    { permissions: { actions: 'read' }, repositories: [456789] },
    { permissions: { members: 'read' }, repositories: [456789] },
  ]);
});

test('what takes too long is put off, and not waited for', async () => {
  let now = 0;
  const { ask } = await startApi(() => (now += 3_000));
  await expect(
    ask(JOB, { run: true, commit: false, policies: [], environment: false, teams: [] }),
  ).rejects.toMatchObject({
    code: 'FACT_UNREACHABLE',
  });
});
