// Answers for the scripts of the broker double, in the forms of the contract and, where a test wants it, in worse ones.
import { createHash } from 'node:crypto';
import type { JsonValue } from '../../shared/canonical-json.ts';
import type { KindName } from '../../shared/issued-credential.ts';
import { type Answer, type Asked, unverifiableJwt } from './broker-double.ts';
import { answerOf, type Differing } from './kind-answers.ts';

type Members = Readonly<Record<string, unknown>>;

export interface Changes {
  /** members of the answer that differ */
  readonly answer?: Members;
  /** members of the entry in the log that differ; undefined leaves one out */
  readonly entry?: Readonly<Record<string, JsonValue | undefined>>;
}

/** A credential with its receipt. */
export const issued =
  (changes: Changes = {}): Answer =>
  async (asked) => ({ status: 200, body: { ...(await issuedBody(asked, changes.entry ?? {})), ...changes.answer } });

async function issuedBody(
  { request, claims, broker }: Asked,
  changes: NonNullable<Changes['entry']>,
): Promise<Members> {
  const number = [...broker.secrets.values()].filter((name) => name.startsWith('credential')).length + 1;
  const [project = '', entitlement = ''] = (request.parameters['scope'] ?? '').split('/');
  const token = unverifiableJwt(
    { jti: `iss_${number}`, sub: `project:${project}:entitlement:${entitlement}` },
    { alg: 'ES256', typ: 'at+jwt', kid: 'broker' },
  );
  broker.secrets.set(token, `credential ${number}`);
  const entry = {
    v: 1,
    type: 'issuance.succeeded',
    issuance_id: `iss_${number}`,
    request_id: `req_${number}`,
    lease_id: `lse_${number}`,
    project,
    entitlement,
    policy_digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    rule: 0,
    repository_id: String(claims['repository_id']),
    run_id: String(claims['run_id']),
    run_attempt: String(claims['run_attempt']),
    assurance: 'automated',
    kind: 'jwt',
    fingerprint: createHash('sha256').update(token).digest('hex'),
    ...changes,
  };
  const logged = Object.entries(entry).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    access_token: token,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: 600,
    scope: request.parameters['scope'],
    issuance_id: `iss_${number}`,
    request_id: `req_${number}`,
    request_url: `${broker.url}/requests/req_${number}`,
    lease_id: `lse_${number}`,
    assurance: 'automated',
    receipt: await broker.log.receipt(Object.fromEntries(logged)),
    credential: { token },
  };
}

/** The same for a kind, and what differs in its values. */
export const issuedOf =
  (kind: KindName, differing: Differing & Changes = {}): Answer =>
  (asked) => {
    const answer = answerOf(kind, differing);
    for (const [name, value] of Object.entries(answer.credential)) asked.broker.secrets.set(value, name);
    asked.broker.secrets.set(
      answer.access_token,
      asked.broker.secrets.get(answer.access_token) ?? 'all values as JSON',
    );
    const fingerprint = createHash('sha256').update(answer.access_token).digest('hex');
    return issued({
      answer: { ...answer, ...differing.answer },
      entry: { kind, fingerprint, ...differing.entry },
    })(asked);
  };

/** Every answer of OAuth's error form; the link as the contract has it. */
export const refused =
  (error: string, members: Members = {}): Answer =>
  ({ broker }) => ({
    status: 400,
    body: { error, request_id: 'req_1', request_url: `${broker.url}/requests/req_1`, ...members },
  });

export const pending = (): Answer => refused('authorization_pending', { interval: 5, expires_in: 1800 });

/** What a job learns that waits for people. */
export const waits =
  (state: string, reason?: string): Answer =>
  ({ broker }) => ({
    status: 200,
    body: {
      ...{ request_id: 'req_1', state, request_url: `${broker.url}/requests/req_1`, expires_in: 1800 },
      ...(reason === undefined ? {} : { reason }),
    },
  });

/** Our own trouble, over as soon as the test likes. */
export const unavailable =
  (retryAfter?: string): Answer =>
  () => ({
    status: 503,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    body: { error: 'temporarily_unavailable', error_description: 'The store is locked.', code: 'STORE_UNAVAILABLE' },
  });

export const says =
  (status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  () => ({ status, body, headers });

export const reset: Answer = () => 'reset';
export const silence: Answer = () => 'silence';

export const leaseReturned = (revocation: 'immediate' | 'at-expiry' | 'none', dies: string | null = null): Answer =>
  says(200, { revocation, upstream_expires_at: dies });
