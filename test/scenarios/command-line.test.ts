// A person logs their command line in by a code (RFC 8628), it reads what they may read and takes back what is theirs, and nothing
// else; and whoever steals, guesses or passes on a code gets nothing that the person did not allow.
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashToken } from '../../broker/sign-in/proofs.ts';
import { ApprovalStory, PEOPLE } from '../support/approval-story.ts';
import { rowsBeside, runBeside } from '../support/beside-broker.ts';
import { asCommandLine, beginLogin, decideLogin, logInCommandLine, poll } from '../support/command-line-login.ts';
import { PersonBrowser, signIn } from '../support/person-browser.ts';
import { BROKER_URL } from '../support/test-broker.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let story: ApprovalStory;
beforeAll(async () => {
  story = await ApprovalStory.start({ people: [...PEOPLE, { name: 'Max', id: '9009', groups: [] }] });
});
afterAll(() => story.close());

const said = ({ status, body }: { status: number; body: { code?: string; error?: string } }) => [
  status,
  body?.code ?? body?.error,
];

describe('a command line that logs in', () => {
  it('waits, is allowed by a person who typed its code, and reads in their name', async () => {
    const login = await beginLogin(story.broker);
    expect(login).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/),
      ...{ verification_uri: `${BROKER_URL}/device`, expires_in: 600, interval: 3 },
    });
    expect(said(await poll(story.broker, login))).toEqual([400, 'authorization_pending']);
    const alex = await story.person('Alex');
    const typed = login.user_code.toLowerCase().replace('-', ' ');
    expect((await alex.get(`/v1/device-logins/${encodeURIComponent(typed)}`)).body).toEqual({
      user_code: login.user_code,
      asked_at: new Date(story.now).toISOString(),
      expires_at: new Date(story.now + 10 * MINUTE).toISOString(),
      session_ends_at: new Date(story.now + 8 * HOUR).toISOString(),
    });
    expect((await decideLogin(alex, login.user_code)).status).toBe(204);
    const { status, body } = await poll(story.broker, login);
    const { principal } = (await alex.get('/v1/me')).body;
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^buildpass-cli\.[\w-]{43}$/),
        ...{ token_type: 'Bearer', expires_in: 8 * 3600, principal, name: 'Alex' },
      },
    ]);
    const job = await story.ask('deploy', { run_id: '76' });
    const shell = asCommandLine(story.broker, body.access_token);
    expect((await shell.get('/v1/requests?view=waiting')).body.requests).toContainEqual(
      expect.objectContaining({ id: job.id }),
    );
    expect((await shell.get(`/v1/requests/${job.id}`)).body.approval.you.may).toBe(true);
    expect((await shell.get('/v1/catalog')).body.projects).toMatchObject([{ name: 'shop' }]);
  });

  it('is on record, with who allowed it, and how they had shown that it is them', async () => {
    const login = await beginLogin(story.broker);
    const alex = await story.person('Alex');
    await alex.get('/sign-in/demo?step-up=1');
    await decideLogin(alex, login.user_code);
    const { principal } = (await poll(story.broker, login)).body;
    expect((await story.broker.entries('command_line.allowed')).at(-1)).toMatchObject({
      ...{ principal, step_up: 'provider', ends_at: new Date(story.now + 8 * HOUR).toISOString() },
    });
  });

  it('is logged in by a client that we did not write', async () => {
    const { origin } = story.broker;
    const server = {
      ...{ issuer: origin, token_endpoint: `${origin}/v1/token` },
      device_authorization_endpoint: `${origin}/oauth/device_authorization`,
    };
    const [client, none, insecure] = [{ client_id: 'x' }, oauth.None(), { [oauth.allowInsecureRequests]: true }];
    const asked = await oauth.deviceAuthorizationRequest(server, client, none, {}, insecure);
    const { device_code, user_code } = await oauth.processDeviceAuthorizationResponse(server, client, asked);
    const collect = async () => {
      const response = await oauth.deviceCodeGrantRequest(server, client, none, device_code, insecure);
      return oauth.processDeviceCodeResponse(server, client, response);
    };
    await expect(collect()).rejects.toMatchObject({ error: 'authorization_pending' });
    await decideLogin(await story.person('Alex'), user_code);
    expect((await collect()).token_type).toBe('bearer');
  });

  it('leaves no code and no token in the broker’s own log', async () => {
    const login = await beginLogin(story.broker);
    await decideLogin(await story.person('Alex'), login.user_code);
    const { access_token: token } = (await poll(story.broker, login)).body;
    await asCommandLine(story.broker, token).post('/v1/sign-out');
    const lines = story.broker.logLines.join('');
    expect([login.device_code, token].filter((secret) => lines.includes(secret))).toEqual([]);
  });

  it('is slower where it is told to, and gets there all the same', async () => {
    const login = await beginLogin(story.broker);
    await poll(story.broker, login);
    expect((await poll(story.broker, login)).body).toEqual({ error: 'slow_down', interval: 8 });
    story.pass(5_000);
    expect((await poll(story.broker, login)).body).toEqual({ error: 'slow_down', interval: 13 });
    story.pass(13_000);
    expect(said(await poll(story.broker, login))).toEqual([400, 'authorization_pending']);
    await decideLogin(await story.person('Alex'), login.user_code);
    expect((await poll(story.broker, login)).status).toBe(200);
  });

  it('is told no where the person says no, and then that it is over', async () => {
    const login = await beginLogin(story.broker);
    await decideLogin(await story.person('Alex'), login.user_code, 'refuse');
    expect(said(await poll(story.broker, login))).toEqual([400, 'access_denied']);
    expect(said(await poll(story.broker, login))).toEqual([400, 'expired_token']);
  });

  it('has ten minutes, for who types and for who polls', async () => {
    const login = await beginLogin(story.broker);
    story.pass(10 * MINUTE);
    expect(said(await decideLogin(await story.person('Alex'), login.user_code))).toEqual([404, 'USER_CODE_UNKNOWN']);
    expect(said(await poll(story.broker, login))).toEqual([400, 'expired_token']);
  });

  it('takes back what its person asked for, and nothing of others', async () => {
    const job = await story.ask('deploy', { run_id: '77' });
    const [robin, alex] = await Promise.all(['Robin', 'Alex'].map((name) => logInCommandLine(story.broker, name)));
    const path = `/v1/requests/${job.id}/withdraw`;
    expect(said(await asCommandLine(story.broker, alex ?? '').post(path))).toEqual([403, 'NOT_AN_APPROVER']);
    expect((await asCommandLine(story.broker, robin ?? '').post(path)).body.state).toBe('withdrawn');
  });

  it('sees no more than its person', async () => {
    const job = await story.ask('deploy', { run_id: '78' });
    const shell = asCommandLine(story.broker, await logInCommandLine(story.broker, 'Toni'));
    expect(said(await shell.get(`/v1/requests/${job.id}`))).toEqual([404, 'NOT_FOUND']);
    expect((await shell.get('/v1/requests?view=all')).body.requests).toEqual([]);
  });
});

describe('the token of a command line', () => {
  const OWN_PAGE = { origin: BROKER_URL, 'sec-fetch-site': 'same-origin' };

  it('gives no verdict, whatever it says of where it comes from', async () => {
    const job = await story.ask('deploy', { run_id: '79' });
    const token = await logInCommandLine(story.broker, 'Alex');
    const shell = asCommandLine(story.broker, token);
    const { binding } = (await shell.get(`/v1/requests/${job.id}`)).body.approval;
    const path = `/v1/requests/${job.id}/verdicts`;
    const body = { verdict: 'approve', reason: 'Fine.', binding };
    expect(said(await shell.post(path, body))).toEqual([403, 'CROSS_SITE']);
    expect(said(await shell.post(path, body, OWN_PAGE))).toEqual([401, 'SIGN_IN_REQUIRED']);
    expect((await job.status()).body.state).toBe('pending');
  });

  it('is no cookie of a browser, and a cookie is no token of a command line', async () => {
    const token = await logInCommandLine(story.broker, 'Alex');
    const cookie = `__Host-buildpass=${token}`;
    expect((await new PersonBrowser(story.broker).get('/v1/me', { headers: { cookie } })).status).toBe(401);
    const value = (await story.person('Alex')).cookie('__Host-buildpass')?.value ?? '';
    const shell = (bearer: string) => asCommandLine(story.broker, bearer).get('/v1/requests');
    expect([(await shell(value)).status, (await shell(`buildpass-cli.${value}`)).status]).toEqual([401, 401]);
  });

  it('is in the store by its hash, without the token of a provider that the browser has', async () => {
    const login = await beginLogin(story.broker);
    const alex = await story.person('Alex');
    await decideLogin(alex, login.user_code);
    const hash = hashToken(alex.cookie('__Host-buildpass')?.value ?? '');
    const kept = JSON.stringify({ sealed: 'sealed by nobody', expires_at: 1 });
    runBeside(
      story.broker,
      `UPDATE sessions SET proofs = json_set(proofs, '$.demo.token', json('${kept}')) WHERE token_hash = '${hash}'`,
    );
    const { access_token: token } = (await poll(story.broker, login)).body;
    const rows = rowsBeside(story.broker, 'SELECT * FROM sessions');
    expect(rows.filter(({ proofs }) => String(proofs).includes('sealed')).map(({ kind }) => kind)).toEqual(['browser']);
    expect(rows.filter(({ token_hash }) => token_hash === hashToken(token))).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token.slice(-43));
  });
});

describe('a stranger', () => {
  it('who stole the device code is one too many: it gives one login, and who comes second is told', async () => {
    const login = await beginLogin(story.broker);
    await decideLogin(await story.person('Alex'), login.user_code);
    const answers = await Promise.all([poll(story.broker, login), poll(story.broker, login)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(answers.find(({ status }) => status === 400)?.body.error).toBe('expired_token');
  });

  it('cannot have a code decided twice, nor by nobody', async () => {
    const login = await beginLogin(story.broker);
    expect((await decideLogin(new PersonBrowser(story.broker), login.user_code)).status).toBe(401);
    await decideLogin(await story.person('Alex'), login.user_code, 'refuse');
    expect(said(await decideLogin(await story.person('Toni'), login.user_code))).toEqual([404, 'USER_CODE_UNKNOWN']);
    expect(said(await poll(story.broker, login))).toEqual([400, 'access_denied']);
  });

  it('who finds a browser lying open gets no login out of it', async () => {
    const login = await beginLogin(story.broker);
    const alex = await story.person('Alex');
    story.pass(5 * MINUTE);
    expect(said(await decideLogin(alex, login.user_code))).toEqual([403, 'STEP_UP_REQUIRED']);
    expect(said(await poll(story.broker, login))).toEqual([400, 'authorization_pending']);
  });

  it('who has a page elsewhere gets nothing allowed by it', async () => {
    const login = await beginLogin(story.broker);
    const alex = await story.person('Alex');
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const path = `/v1/device-logins/${login.user_code}`;
    const body = JSON.stringify({ decision: 'allow' });
    expect(said(await alex.post(path, {}, { headers, body }))).toEqual([403, 'CROSS_SITE']);
    expect(said(await poll(story.broker, login))).toEqual([400, 'authorization_pending']);
  });

  it('who guesses codes is stopped after thirty', async () => {
    const max = await signIn(story.broker, 'Max');
    const tries = Array.from({ length: 31 }, () => max.get('/v1/device-logins/BCDF-GHJK'));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 404)).toHaveLength(30);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });

  it('gets nothing once who allowed it has signed out', async () => {
    const login = await beginLogin(story.broker);
    const alex = await story.person('Alex');
    await decideLogin(alex, login.user_code);
    await alex.post('/v1/sign-out');
    expect(said(await poll(story.broker, login))).toEqual([400, 'access_denied']);
  });
});
