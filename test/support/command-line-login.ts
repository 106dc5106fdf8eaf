// Logs a command line in over HTTP, as `buildpass login` and the page for it do.
import { DEVICE_GRANT_TYPE } from '../../shared/device-login.ts';
import { type PersonBrowser, signIn } from './person-browser.ts';
import type { Answer, TestBroker } from './test-broker.ts';

export interface Login {
  readonly device_code: string;
  readonly user_code: string;
  readonly interval: number;
}

export async function beginLogin(broker: TestBroker): Promise<Login> {
  const body = new URLSearchParams({ client_id: 'buildpass-cli' });
  return (await broker.fetch('/oauth/device_authorization', { method: 'POST', body })).body;
}

export const poll = (broker: TestBroker, { device_code }: Pick<Login, 'device_code'>): Promise<Answer> =>
  broker.fetch('/v1/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: DEVICE_GRANT_TYPE, client_id: 'buildpass-cli', device_code }),
  });

export const decideLogin = (browser: PersonBrowser, code: string, decision: 'allow' | 'refuse' = 'allow') =>
  browser.post(`/v1/device-logins/${code}`, { decision });

/** @returns the token */
export async function logInCommandLine(broker: TestBroker, name: string): Promise<string> {
  const login = await beginLogin(broker);
  const { status } = await decideLogin(await signIn(broker, name), login.user_code);
  if (status !== 204) throw new Error(`not allowed: ${status}`);
  return (await poll(broker, login)).body.access_token;
}

/** A call as the command line makes it. */
export const asCommandLine = (broker: TestBroker, token: string) => ({
  get: (path: string): Promise<Answer> => broker.fetch(path, { headers: { authorization: `Bearer ${token}` } }),
  post: (path: string, body: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    broker.fetch(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    }),
});
