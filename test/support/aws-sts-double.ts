// AWS STS as far as AssumeRoleWithWebIdentity goes, as a real HTTP server: it takes what STS takes, checks the token by the keys of
// its issuer and the role by its trust policy, and says no in STS's words. What it gave out it knows again.
import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { formProblems, StsError, validated } from './aws-sts-form.ts';
import { stsXml } from './aws-sts-xml.ts';
import { allowedActions, type WebIdentity } from './aws-trust-policy.ts';
import { type MoodyServer, type Received, type Reply, startMoodyServer } from './moody-server.ts';

export interface AwsRole {
  readonly arn: string;
  /** as IAM has it */
  readonly trust: unknown;
  /** seconds; an hour unless given */
  readonly maxSession?: number;
}

/** An identity provider in IAM, of the account of each role. */
export interface AwsIdentityProvider {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** what AWS would read at the issuer */
  readonly keys: () => Promise<object>;
}

export interface AwsSession {
  readonly arn: string;
  readonly endsAt: number;
  readonly policy: unknown;
  readonly tags: Readonly<Record<string, string>>;
  readonly sourceIdentity: string | undefined;
  /** payload of the token that it was given for */
  readonly token: JWTPayload;
}

export interface AwsStsDouble extends MoodyServer {
  /** every secret access key and session token */
  readonly issued: string[];
  readonly revoked: string[];
  /** every token that was traded */
  readonly tokens: string[];
  /** the session policy of every session that was given */
  readonly policies: unknown[];
  readonly complaints: string[];
  roles: AwsRole[];
  providers: AwsIdentityProvider[];
  /** says no in these words, whatever is asked */
  refusal: { readonly code: string; readonly message: string; readonly status?: number } | undefined;
  /** its answers are XML, as AWS documents them, whatever they are asked for as */
  xml: boolean;
  /** differs from what a sound answer would have */
  twist: Readonly<Record<string, unknown>>;
  /** whose the credential is; undefined for one that it never gave out, or not like that */
  whoIs(credential: Readonly<Record<string, string>>): AwsSession | undefined;
}

export async function startAwsSts(
  setUp: Pick<AwsStsDouble, 'roles' | 'providers'>,
  now = () => Date.now(),
): Promise<AwsStsDouble> {
  const sessions = new Map<string, AwsSession>();
  const server = await startMoodyServer(async (request, mood) => {
    double.complaints.push(...formProblems(request));
    try {
      if (mood === 'refuses') throw new StsError('AccessDenied', NOT_AUTHORIZED, 403);
      if (double.refusal !== undefined)
        throw new StsError(double.refusal.code, double.refusal.message, double.refusal.status);
      return written(await assumed(request, { wider: mood === 'wider', longer: mood === 'longer' }));
    } catch (error) {
      if (!(error instanceof StsError)) throw error;
      if (mood === 'well') double.complaints.push(`${error.code}: ${error.message}`);
      const body = { Error: { Code: error.code, Message: error.message, Type: 'Sender' }, RequestId: 'req-1' };
      return written({ status: error.status, body: double.xml ? { ErrorResponse: body } : body });
    }
  });
  // One object with the server, whose mood tests set.
  const double: AwsStsDouble = Object.assign(server, {
    ...{
      issued: [],
      revoked: [],
      tokens: [],
      policies: [],
      complaints: [],
      refusal: undefined,
      xml: false,
      twist: {},
      ...setUp,
    },
    whoIs: (credential: Readonly<Record<string, string>>) =>
      sessions.get(
        [credential['aws_access_key_id'], credential['aws_secret_access_key'], credential['aws_session_token']].join(),
      ),
  });
  return double;

  function written(reply: Reply): Reply {
    return double.xml ? { ...reply, headers: { 'content-type': 'text/xml' }, write: stsXml } : reply;
  }

  async function assumed(request: Received, more: { wider: boolean; longer: boolean }): Promise<Reply> {
    const asked = validated(request);
    double.tokens.push(asked.token);
    const token = await verifiedToken(double.providers, { jwt: asked.token, role: asked.role, now: now() });
    const role = double.roles.find(({ arn }) => arn === asked.role);
    const { tags, sourceIdentity } = sessionClaims(token.payload);
    refuseUntrusted(role, token.identity, neededActions({ tags, sourceIdentity }));
    if (asked.duration > (role?.maxSession ?? 3600))
      throw new StsError(
        'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      );
    const [, partition, account, name] = /^arn:([^:]+):iam::(\d+):role\/.*?([^/]+)$/.exec(asked.role) ?? [];
    const arn = `arn:${partition}:sts::${account}:assumed-role/${more.wider ? 'admin' : name}/${asked.session}`;
    const endsAt = Math.floor(now() / 1000) + asked.duration + (more.longer ? 3600 : 0);
    const keys = {
      id: `ASIA${random('hex', 8).toUpperCase()}`,
      secret: random('base64', 30),
      token: random('base64', 90),
    };
    double.issued.push(keys.secret, keys.token);
    double.policies.push(asked.policy);
    const session = { arn, endsAt: endsAt * 1000, policy: asked.policy, tags, sourceIdentity, token: token.payload };
    sessions.set([keys.id, keys.secret, keys.token].join(), session);
    return { status: 200, body: answerOf(keys, session, { identity: token.identity, twist: double.twist }) };
  }
}

const neededActions = ({ tags, sourceIdentity }: Pick<AwsSession, 'tags' | 'sourceIdentity'>): readonly string[] => [
  'sts:AssumeRoleWithWebIdentity',
  ...(Object.keys(tags).length === 0 ? [] : ['sts:TagSession']),
  ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
];

function refuseUntrusted(role: AwsRole | undefined, identity: WebIdentity, needed: readonly string[]): void {
  const actions = role === undefined ? new Set<string>() : allowedActions(role.trust, identity);
  if (needed.some((action) => !actions.has(action))) throw new StsError('AccessDenied', NOT_AUTHORIZED, 403);
}

const NOT_AUTHORIZED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';
const random = (encoding: 'hex' | 'base64', bytes: number): string => randomBytes(bytes).toString(encoding);

interface Verified {
  readonly payload: JWTPayload;
  readonly identity: WebIdentity;
}

async function verifiedToken(
  providers: readonly AwsIdentityProvider[],
  { jwt, role, now }: { jwt: string; role: string; now: number },
): Promise<Verified> {
  const { iss = '' } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as JWTPayload;
  const provider = providers.find(({ issuer }) => issuer === iss);
  if (provider === undefined)
    throw new StsError('InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${iss}`);
  const keys = await provider.keys().catch(() => {
    throw new StsError('IDPCommunicationError', 'Couldn’t retrieve verification key from your identity provider');
  });
  const { payload } = await jwtVerify(jwt, createLocalJWKSet(keys as JSONWebKeySet), {
    algorithms: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'],
    currentDate: new Date(now),
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
  }).catch((error: { code?: string; message: string }) => {
    if (error.code === 'ERR_JWT_EXPIRED')
      throw new StsError('ExpiredTokenException', `Token expired: ${error.message}`);
    throw new StsError('InvalidIdentityToken', error.message);
  });
  const audience = String(payload.aud);
  if (!provider.audiences.includes(audience)) throw new StsError('InvalidIdentityToken', 'Incorrect token audience');
  const host = iss.replace('https://', '');
  const [, partition, account] = /^arn:([^:]+):iam::(\d+):/.exec(role) ?? [];
  const identity = {
    provider: `arn:${partition}:iam::${account}:oidc-provider/${host}`,
    context: { [`${host}:aud`]: audience, [`${host}:sub`]: String(payload.sub) },
  };
  return { payload, identity };
}

function sessionClaims(payload: JWTPayload): Pick<AwsSession, 'tags' | 'sourceIdentity'> {
  const given = payload['https://aws.amazon.com/tags'] as { principal_tags: Record<string, [string]> } | undefined;
  const tags = Object.entries(given?.principal_tags ?? {}).map(([name, values]) => {
    if (
      !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(name) ||
      values.length !== 1 ||
      !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(values[0])
    )
      throw new StsError('InvalidIdentityToken', 'Session tags in the token are malformed');
    return [name, values[0]] as const;
  });
  const sourceIdentity = payload['https://aws.amazon.com/source_identity'];
  if (sourceIdentity !== undefined && !/^[\w+=,.@-]{2,64}$/.test(String(sourceIdentity)))
    throw new StsError('InvalidIdentityToken', 'The source identity in the token is malformed');
  return { tags: Object.fromEntries(tags), sourceIdentity: sourceIdentity as string | undefined };
}

function answerOf(
  keys: { id: string; secret: string; token: string },
  { arn, endsAt, policy, sourceIdentity, token }: AwsSession,
  { identity, twist }: { identity: Verified['identity']; twist: AwsStsDouble['twist'] },
): object {
  const result = {
    AssumedRoleUser: { Arn: arn, AssumedRoleId: `AROAEXAMPLE:${arn.split('/').at(-1)}` },
    Audience: token.aud,
    Credentials: {
      AccessKeyId: keys.id,
      Expiration: endsAt / 1000,
      SecretAccessKey: keys.secret,
      SessionToken: keys.token,
    },
    PackedPolicySize: policy === undefined ? null : 6,
    Provider: identity.provider,
    SourceIdentity: sourceIdentity ?? null,
    SubjectFromWebIdentityToken: token.sub,
    ...twist,
  };
  return {
    AssumeRoleWithWebIdentityResponse: {
      AssumeRoleWithWebIdentityResult: result,
      ResponseMetadata: { RequestId: 'req-1' },
    },
  };
}

/** What AWS reads at an issuer, whose public name leads to a broker under test. */
export async function keysPublishedBy(issuer: string, origin: string): Promise<object> {
  const read = async (url: string): Promise<Record<string, unknown>> => {
    if (!url.startsWith(`${issuer}/`)) throw new Error(`${url} is not of ${issuer}`);
    const response = await fetch(url.replace(issuer, origin), { redirect: 'error' });
    return (await response.json()) as Record<string, unknown>;
  };
  const discovery = await read(`${issuer}/.well-known/openid-configuration`);
  if (discovery['issuer'] !== issuer) throw new Error(`the document is of ${discovery['issuer']}`);
  return read(String(discovery['jwks_uri']));
}
