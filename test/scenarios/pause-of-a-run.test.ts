// A run that one person started and another started again: whoever of them is paused, nothing is issued for it, not even what
// another system was just asked for.
import { expect, it, onTestFinished } from 'vitest';
import { buildpass } from '../support/command-line.ts';
import { ALEX, CLAIMS, RUN, startFactStory } from '../support/fact-story.ts';
import { SHOP } from '../support/policy-files.ts';

const ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
  octo-org/release-managers: { github: "4711" }
  octo-org/oncall: { github: "4713" }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
      - { kind: jwt, audiences: [ https://previews.example.com, https://deploy.example.com ], claims: [ action ] }
      - { kind: _test }
`;
/** Who started the run counts, and so is asked of GitHub. */
const OF_TEAM = SHOP.replace(/(_test \}[\s\S]*)\{ branch: main, event: push \}/, '$1{ requester: octo-org/oncall }');

it('of the actor withholds what was made for the run that somebody else started again', async () => {
  const policies = { 'shop.yaml': OF_TEAM, '_organization.yaml': ORGANIZATION };
  const { broker, api, close } = await startFactStory({ policies });
  onTestFinished(close);
  await broker.ask({ scope: 'shop/publish-preview', claims: CLAIMS });
  const [lease] = JSON.parse((await buildpass('leases', 'list', '--json', '--config', broker.config.file)).out).leases;
  api.knows.runs.push({ ...RUN, run_attempt: 2, triggering_actor: ALEX });
  api.knows.teams['123456/4713'] = { 9002: 'active' };
  broker.provider.mood = 'hangs';
  const asking = broker.ask({ scope: 'shop/upstream', claims: { ...CLAIMS, run_attempt: '2' } });
  await Promise.race([broker.provider.hanging(), asking]);
  const pausing = ['pause', '--principal', lease.principal, '--reason', 'INC-7', '--config', broker.config.file];
  expect((await buildpass(...pausing)).code).toBe(0);
  broker.provider.letGo();
  expect((await asking).status).toBe(503);
  expect(await broker.entries('issuance.withheld')).toMatchObject([{ reason: 'issuing was paused while it was made' }]);
});
