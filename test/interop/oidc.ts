// `jwt` before a verifier that shares no line with ours, Go's coreos/go-oidc: it knows the address of a running broker, and finds
// algorithms, keys and issuer by itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader } from 'jose';
import { buildpass } from '../support/command-line.ts';
import { freePort } from '../support/free-port.ts';
import { TestBroker } from '../support/test-broker.ts';
import { buildGo, goModule, outputOf } from './counterpart.ts';

const [PREVIEWS, DEPLOYS] = ['https://previews.example.com', 'https://deploy.example.com'];
const SUBJECT = 'project:shop:entitlement:';

interface Shown {
  readonly token: string;
  readonly audience: string;
  readonly ahead_seconds?: number;
}

export async function interopWithGoOidc(): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-interop-'));
  const program = join(directory, 'verify');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  try {
    if (!buildGo('oidc', program)) return undefined;
    const broker = await TestBroker.start({ url, keys: 'own', background: 'by-hand', listen: { port } });
    const verify = async (...shown: readonly Shown[]): Promise<readonly object[]> => {
      const child = spawn(program, [url], { stdio: ['pipe', 'pipe', 'pipe'] });
      const lines = await outputOf(child, shown.map((one) => JSON.stringify(one)).join('\n'));
      return lines.split('\n').map((line) => JSON.parse(line));
    };
    try {
      await takesAndRefuses(broker, verify);
    } finally {
      await broker.close();
    }
    return goModule('oidc', 'github.com/coreos/go-oidc/v3');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

type Verify = (...shown: readonly Shown[]) => Promise<readonly { readonly error?: string }[]>;

async function takesAndRefuses(broker: TestBroker, verify: Verify): Promise<void> {
  const preview = await issued(broker, 'publish-preview', 'ES256');
  const deploy = await issued(broker, 'deploy', 'RS256');
  const issuer = broker.config.issuer;
  const sound = [
    { token: preview, audience: PREVIEWS },
    { token: deploy, audience: DEPLOYS },
  ];
  assert.deepEqual(await verify(...sound), [
    { issuer, subject: `${SUBJECT}publish-preview` },
    { issuer, subject: `${SUBJECT}deploy` },
  ]);
  const [head, , signature] = preview.split('.');
  await refuses(verify, /expected audience/, { token: preview, audience: DEPLOYS });
  await refuses(verify, /token is expired/, { token: preview, audience: PREVIEWS, ahead_seconds: 11 * 60 });
  await refuses(verify, /failed to verify signature/, {
    token: [head, deploy.split('.')[1], signature].join('.'),
    audience: DEPLOYS,
  });
  await withdrawKeyOf(broker, preview);
  await refuses(verify, /failed to verify signature/, { token: preview, audience: PREVIEWS });
  const fresh = { token: await issued(broker, 'publish-preview', 'ES256'), audience: PREVIEWS };
  assert.deepEqual(await verify(fresh), [{ issuer, subject: `${SUBJECT}publish-preview` }]);
}

async function issued(broker: TestBroker, name: string, algorithm: string): Promise<string> {
  const { status, body, text } = await broker.ask({ scope: `shop/${name}`, claims: { environment: 'production' } });
  assert.equal(status, 200, text);
  assert.equal(decodeProtectedHeader(body.access_token).alg, algorithm);
  return body.access_token;
}

async function refuses(verify: Verify, why: RegExp, shown: Shown): Promise<void> {
  const [{ error = 'it was taken' } = {}] = await verify(shown);
  assert.match(error, why);
}

async function withdrawKeyOf(broker: TestBroker, token: string): Promise<void> {
  const key = `--compromised=${decodeProtectedHeader(token).kid}`;
  const { code, err } = await buildpass('keys', 'rotate', key, '--reason', 'interop', '--config', broker.config.file);
  assert.equal(code, 0, err);
}
