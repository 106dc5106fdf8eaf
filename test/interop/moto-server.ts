// A stand-in for AWS that shares no line with ours (moto), for one run; and relays that have its STS and KMS say what AWS says.

import { freePort } from '../support/free-port.ts';
import { type MoodyServer, startMoodyServer } from '../support/moody-server.ts';
import { startPython } from './counterpart.ts';

export interface Moto {
  readonly url: string;
  stop(): void;
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const server = startPython('-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port));
  await new Promise<void>((resolve, reject) => {
    let said = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Running on http')) resolve();
    });
    server.once('exit', (code) => reject(new Error(`moto ended with ${code}: ${said}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => void server.kill(),
  };
}

export interface Relay extends Pick<MoodyServer, 'url' | 'close'> {
  /** whether it adds what moto leaves out */
  adds: boolean;
  /** the bodies of requests, in order */
  readonly asked: string[];
}

async function startRelay(moto: Moto, added: (said: string, asked: string) => string): Promise<Relay> {
  const server = await startMoodyServer(async ({ path, method, headers, body }) => {
    relay.asked.push(body);
    const passed = ['content-type', 'accept', 'authorization', 'x-amz-target', 'x-amz-date'].flatMap((name) =>
      headers[name] === undefined ? [] : [[name, String(headers[name])] as [string, string]],
    );
    const answer = await fetch(`${moto.url}${path}`, { method, headers: passed, body });
    const said = await answer.text();
    const type = { 'content-type': answer.headers.get('content-type') ?? '' };
    return { status: answer.status, body: relay.adds ? added(said, body) : said, write: String, headers: type };
  });
  const relay: Relay = Object.assign(server, { adds: true, asked: [] });
  return relay;
}

/** AWS documents for which audience, subject and provider a session is; moto leaves out all three. */
export const startStsRelay = (moto: Moto): Promise<Relay> =>
  startRelay(moto, (said, asked) => {
    const [, payload = ''] = tokenIn(asked).split('.');
    const { aud, sub, iss } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const missing = `<Audience>${aud}</Audience><SubjectFromWebIdentityToken>${sub}</SubjectFromWebIdentityToken><Provider>${iss}</Provider>`;
    return said.replace(/(?=<\/AssumeRoleWithWebIdentityResult>)/, missing);
  });

export const tokenIn = (asked: string): string => new URLSearchParams(asked).get('WebIdentityToken') ?? '';

/** Of a public key AWS gives the ARN and the `KeySpec`; moto the id, and the spec under its older name alone. */
export const startKmsRelay = (moto: Moto): Promise<Relay> =>
  startRelay(moto, (said, asked) => {
    const { CustomerMasterKeySpec: spec, ...answer } = JSON.parse(said);
    return spec === undefined
      ? said
      : JSON.stringify({ ...answer, CustomerMasterKeySpec: spec, KeySpec: spec, KeyId: JSON.parse(asked).KeyId });
  });
