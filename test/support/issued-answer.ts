// A parsed answer of the broker, for unit tests of what the action does with one.
import { createHash } from 'node:crypto';
import type { Accepted } from '../../action/accept.ts';
import { type Inputs, readInputs } from '../../action/inputs.ts';
import type { Issued } from '../../shared/api.ts';
import type { JsonValue } from '../../shared/canonical-json.ts';
import { CLAIMS, INPUTS } from './job-double.ts';
import { LogDouble } from './log-double.ts';

export const TOKEN = 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl';
export const TOKEN_HASH = createHash('sha256').update(TOKEN).digest('hex');
export const POLICY_DIGEST = 'd1'.repeat(32);

export const ENTRY = {
  v: 1,
  type: 'issuance.succeeded',
  issuance_id: 'iss_1',
  request_id: 'req_1',
  lease_id: 'lse_1',
  project: 'shop',
  entitlement: 'publish-preview',
  policy_digest: POLICY_DIGEST,
  rule: 1,
  repository_id: CLAIMS.repository_id,
  run_id: CLAIMS.run_id,
  run_attempt: CLAIMS.run_attempt,
  kind: 'jwt',
  fingerprint: TOKEN_HASH,
};

export const brokerLog = new LogDouble('broker.example.com/log');

export async function issuedAnswer(
  changes: Partial<Issued> = {},
  entry: Readonly<Record<string, JsonValue>> = ENTRY,
): Promise<Issued> {
  return {
    access_token: TOKEN,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: 600,
    scope: 'shop/publish-preview',
    issuance_id: 'iss_1',
    request_id: 'req_1',
    request_url: 'https://broker.example.com/requests/req_1',
    lease_id: 'lse_1',
    assurance: 'automated',
    receipt: await brokerLog.receipt(entry),
    credential: { token: TOKEN },
    ...changes,
  };
}

export function inputs(given: Readonly<Record<string, string>> = {}): Inputs {
  const all: Readonly<Record<string, string>> = { ...INPUTS, ...given };
  return readInputs((name) => all[name] ?? '');
}

export async function accepted(changes: Partial<Accepted> = {}): Promise<Accepted> {
  return {
    issued: await issuedAnswer(),
    credential: { kind: 'jwt', credential: { token: TOKEN }, details: {} },
    expiresAt: '2026-11-22T12:10:00.000Z',
    tokenHash: TOKEN_HASH,
    receipt: { proven: true, logIndex: 6, entry: ENTRY, keyChanges: false },
    ...changes,
  };
}
