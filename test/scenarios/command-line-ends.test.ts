// The login of a command line ends by its time, and before where somebody ends it, which is on record.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApprovalStory, PEOPLE } from '../support/approval-story.ts';
import { asCommandLine, beginLogin, decideLogin, logInCommandLine, poll } from '../support/command-line-login.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let story: ApprovalStory;
beforeAll(async () => {
  story = await ApprovalStory.start({ people: [...PEOPLE, { name: 'Max', id: '9009', groups: [] }] });
});
afterAll(() => story.close());

describe('a login ends', () => {
  const reads = async (token: string): Promise<boolean> =>
    (await asCommandLine(story.broker, token).get('/v1/requests')).status === 200;

  /** Allowed in a session that has so long left. */
  const allowedWith = async (left: number) => {
    const alex = await story.person('Alex');
    for (let awake = 12 * HOUR - left; awake > 0; awake -= 50 * MINUTE) {
      story.pass(Math.min(awake, 50 * MINUTE));
      await alex.get('/v1/me');
    }
    await alex.get('/sign-in/demo?step-up=1');
    const login = await beginLogin(story.broker);
    await decideLogin(alex, login.user_code);
    return login;
  };

  let before = 0;
  beforeEach(async () => {
    before = (await story.broker.entries('command_line.ended')).length;
  });
  /** What the log says of it that it did not say before. */
  const endings = async () =>
    (await story.broker.entries('command_line.ended')).slice(before).map(({ by, principal }) => ({ by, principal }));

  it('by whoever has its token', async () => {
    const [token, other] = [await logInCommandLine(story.broker, 'Alex'), await logInCommandLine(story.broker, 'Alex')];
    const body = new URLSearchParams({ token });
    expect((await story.broker.fetch('/oauth/revoke', { method: 'POST', body })).status).toBe(200);
    expect([await reads(token), await reads(other)]).toEqual([false, true]);
    await story.broker.fetch('/oauth/revoke', { method: 'POST', body });
    const { principal } = (await (await story.person('Alex')).get('/v1/me')).body;
    expect(await endings()).toEqual([{ by: 'command-line', principal }]);
  });

  it('on the page of the account of its person, and of nobody else', async () => {
    const token = await logInCommandLine(story.broker, 'Kim');
    const kim = await story.person('Kim');
    const [one] = (await kim.get('/v1/me/command-lines')).body.command_lines;
    const path = `/v1/me/command-lines/${one.id}`;
    expect((await (await story.person('Alex')).delete(path)).status).toBe(404);
    expect(await reads(token)).toBe(true);
    expect((await kim.delete(path)).status).toBe(204);
    expect(await reads(token)).toBe(false);
    expect((await kim.get('/v1/me/command-lines')).body.command_lines).toEqual([]);
    expect((await kim.delete(path)).status).toBe(404);
    expect(await endings()).toEqual([{ by: 'page', principal: (await kim.get('/v1/me')).body.principal }]);
  });

  it('with every other, where its person signs out everywhere, and only there', async () => {
    const token = await logInCommandLine(story.broker, 'Sam');
    const [here, there] = [await story.person('Sam'), await story.person('Sam')];
    await here.post('/v1/sign-out');
    expect(await reads(token)).toBe(true);
    const { principal } = (await there.get('/v1/me')).body;
    expect(await endings()).toEqual([]);
    await there.post('/v1/sign-out-everywhere');
    expect(await reads(token)).toBe(false);
    expect(await endings()).toEqual([{ by: 'sign-out-everywhere', principal }]);
  });

  it('after eight hours, and is not over for an hour without use', async () => {
    const token = await logInCommandLine(story.broker, 'Alex');
    story.pass(8 * HOUR - 1_000);
    await story.broker.running.runBackground();
    expect(await reads(token)).toBe(true);
    story.pass(1_000);
    expect(await reads(token)).toBe(false);
    await story.broker.fetch('/oauth/revoke', { method: 'POST', body: new URLSearchParams({ token }) });
    expect(await endings()).toEqual([]);
  });

  it('never later than the session of the browser that allowed it', async () => {
    const login = await allowedWith(71 * MINUTE);
    expect((await poll(story.broker, login)).body.expires_in).toBe(71 * 60);
  });

  it('before it began where that session is over by then', async () => {
    const login = await allowedWith(MINUTE);
    story.pass(MINUTE);
    expect(await poll(story.broker, login)).toMatchObject({ status: 400, body: { error: 'access_denied' } });
  });
});
