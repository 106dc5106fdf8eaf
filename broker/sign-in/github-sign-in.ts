// Sign-in with GitHub, by the user flow of a GitHub App with PKCE. Who somebody is, is the numeric id of the account, which jobs
// name as their actor too; a login can be given up and taken by somebody else (T33). Teams are asked for one by one, by id:
// GitHub does not tell an App the teams of a person.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Clock } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { notAPerson } from './arrivals.ts';
import { createGithubApi, type GithubApi, parseJson, unconfirmed } from './github-api.ts';
import type { AttemptProof, GithubClient, KnownPerson, Proven, SignInProvider, TeamIds } from './provider.ts';
import type { AskProvider } from './provider-fetch.ts';

export interface GithubDeps {
  readonly ask: AskProvider;
  readonly clientSecret: Secret;
  readonly clock: Clock;
}

export function createGithubSignIn(client: GithubClient, deps: GithubDeps): SignInProvider {
  const { name, title, issuer: identityProvider } = client;
  const api = createGithubApi(client, deps.ask);
  return {
    // GitHub cannot be told to ask anew who somebody is, and does not say when it last did.
    ...{ name, kind: 'github', title, identityProvider, stepsUp: false },
    begin: async (attempt) => authorizationUrl(client, attempt),
    async finish(callback, attempt, teams) {
      const code = codeIn(callback, title);
      const token = await redeem(client, deps, { code, attempt });
      return provenBy(api, token, teams);
    },
    confirm: (known, teams) => askAgain({ api, client, clock: deps.clock }, known, teams),
  };
}

function authorizationUrl({ url, clientId }: GithubClient, { state, verifier, redirectUri }: AttemptProof): string {
  const query = new URLSearchParams({
    ...{ client_id: clientId, redirect_uri: redirectUri, state, allow_signup: 'false' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return `${url}/login/oauth/authorize?${query}`;
}

function codeIn({ searchParams }: URL, title: string): string {
  if (searchParams.get('error') === 'access_denied')
    throw new BrokerError('SIGN_IN_REFUSED', `${title} did not let you sign in here.`);
  const [code = '', ...more] = searchParams.getAll('code');
  if (searchParams.has('error') || more.length > 0 || !/^[\w.~-]{1,256}$/.test(code))
    throw new BrokerError('SIGN_IN_FAILED', `${title} sent no code that could be used.`);
  return code;
}

const tokenSchema = z.object({
  access_token: z.string().min(1).max(4096),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive().optional(),
});
type Token = NonNullable<KnownPerson['token']>;

/** What a token without an end is believed for: a session lasts no longer. */
const LONGEST_SECONDS = 12 * 3_600;

async function redeem(
  { url, title, clientId }: GithubClient,
  { ask, clientSecret, clock }: GithubDeps,
  { code, attempt }: { code: string; attempt: AttemptProof },
): Promise<Token> {
  const form = new URLSearchParams({
    ...{ client_id: clientId, client_secret: clientSecret.reveal(), code },
    ...{ redirect_uri: attempt.redirectUri, code_verifier: attempt.verifier },
  });
  const { status, body } = await ask(`${url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  // Errors come with 200 here. What GitHub says of them is for nobody's page, and it may repeat the code.
  const parsed = tokenSchema.safeParse(status === 200 ? parseJson(body) : undefined);
  if (!parsed.success) throw new BrokerError('SIGN_IN_FAILED', `${title} did not take the code for this sign-in.`);
  // The refresh token is forgotten here: a session ends before it would be needed.
  const { access_token: value, expires_in: seconds = LONGEST_SECONDS } = parsed.data;
  return { value: new Secret(value), expiresAt: clock.now() + seconds * 1000 };
}

async function provenBy(api: GithubApi, token: Token, teams: TeamIds): Promise<Proven> {
  const { id, login, name, type } = await api.user(token.value);
  // Apps, organizations and enterprises have accounts too; none of them is anybody.
  if (type !== 'User') throw notAPerson();
  const memberships = await api.memberships(token.value, login, teams);
  return {
    providerId: String(id),
    name: name === null || name === undefined || name === '' ? login : `${name} (${login})`,
    // Where GitHub does not say, the person is in no team: whoever needs to know asks again, and is told so then.
    teams: [...memberships].filter(([, member]) => member === true).map(([team]) => team),
    authenticatedAt: undefined,
    token,
  };
}

interface Confirming {
  readonly api: GithubApi;
  readonly client: GithubClient;
  readonly clock: Clock;
}

/** Which of the teams that the person was in they still are in: a question each, so none of the others is asked. */
async function askAgain(
  { api, client, clock }: Confirming,
  { token, providerId, teams: were }: KnownPerson,
  teams: TeamIds,
): Promise<readonly string[]> {
  if (token === undefined || token.expiresAt <= clock.now()) throw unconfirmed(client.title);
  // The login of now: it may be another than at the sign-in, and the old one somebody else's.
  const { id, login } = await api.user(token.value).catch((error: unknown) => {
    throw error instanceof BrokerError && error.code === 'SIGN_IN_FAILED' ? unconfirmed(client.title, error) : error;
  });
  if (String(id) !== providerId) throw unconfirmed(client.title);
  const asked = new Map([...teams].filter(([, team]) => were.includes(team)));
  const memberships = [...(await api.memberships(token.value, login, asked))];
  if (memberships.some(([, member]) => member === 'unsaid')) throw unconfirmed(client.title);
  return memberships.filter(([, member]) => member === true).map(([team]) => team);
}
