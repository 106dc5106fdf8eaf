// A repository or its owner was renamed: the id decides as before, and whoever reads the broker's log is told.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestBroker } from '../support/test-broker.ts';

let broker: TestBroker;
beforeEach(async () => {
  broker = await TestBroker.start({ background: 'by-hand' });
});
afterEach(() => broker.close());

const warnings = () =>
  broker.logLines.map((line) => JSON.parse(line)).filter(({ message }) => message.includes('another name'));
const RENAMED = {
  repository: 'octo-org/renamed',
  workflow_ref: 'octo-org/renamed/.github/workflows/deploy.yml@refs/heads/main',
};

it('goes on issuing under the new name, and says so once', async () => {
  expect((await broker.ask()).status).toBe(200);
  expect(warnings()).toEqual([]);
  for (const runId of ['1', '2'])
    expect((await broker.ask({ claims: { ...RENAMED, run_id: runId } })).status).toBe(200);
  expect(warnings()).toMatchObject([
    {
      level: 'warn',
      message: 'a repository has another name than its policy lists: the id decides; correct the name',
      project: 'shop',
      issuer: 'github',
      repository_id: '456789',
      listed: 'octo-org/octo-repo',
      repository: 'octo-org/renamed',
    },
  ]);
});

it('says it of a refused job too, and not of a stranger, a stranger’s scope or another owner’s job', async () => {
  const other = { repository: 'octo-org/other' };
  await broker.ask({ claims: { ...other, repository_id: '999' } });
  await broker.ask({ claims: other, scope: 'elsewhere/thing' });
  await broker.ask({ claims: { ...other, repository_owner_id: '666' } });
  expect(warnings()).toEqual([]);
  expect((await broker.ask({ claims: { ...RENAMED, ref: 'refs/heads/x' } })).body.error).toBe('access_denied');
  expect(warnings()).toMatchObject([{ repository: 'octo-org/renamed' }]);
});
