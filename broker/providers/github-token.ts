// The `github-token` kind: a token of an installation of the GitHub App, for named repositories and permissions. Each issuance makes
// its own; what GitHub gave is compared with what was asked; it is revoked by itself, as nobody else can (docs/providers/github-token.md).
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Clock, Millis } from '../clock.ts';
import { createFoundOnce, type FoundOnce } from '../found-once.ts';
import type { Credential, Lease } from '../model.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type AskGithub, askGithub, type GithubAnswer, type TokenApp } from './ask-github.ts';
import type { FetchFrom } from './endpoints.ts';
import { newHandle, readHandle } from './github-handle.ts';
import {
  forgetInstallation,
  type GithubParameters,
  mayBeOver,
  type OpenInstallation,
  openInstallation,
  whyRefused,
} from './github-installation.ts';
import { type CredentialProvider, UpstreamRefused } from './provider.ts';

/** What GitHub gives; nobody can ask for less. */
const LIFETIME_MS: Millis = 3_600_000;
const CLOCKS_DIFFER_MS: Millis = 300_000;
/** GitHub's servers learn of a new token one after the other: until then one of them may not know it, and call it dead. */
const KNOWN_EVERYWHERE_MS: Millis = 30_000;

const secretSchema = z.object({ token: z.string().min(1) });
const grantedSchema = z.object({
  expires_at: z.iso.datetime({ offset: true }),
  permissions: z.record(z.string(), z.string()),
  repository_selection: z.string(),
  repositories: z.array(z.object({ id: z.int() })),
});

/** What GitHub says of a token that it does not know. */
const unknownSchema = z.object({ message: z.literal('Bad credentials') });

interface TokenOptions {
  readonly clock: Clock;
  readonly fetchFrom: FetchFrom;
  /** for what fails beside a revocation, and to hide what no credential carries */
  readonly logger: Pick<Logger, 'hide' | 'warn'>;
}

export function githubTokenProvider(app: TokenApp, { clock, fetchFrom, logger }: TokenOptions): CredentialProvider {
  const github = askGithub({ app, clock, upstream: fetchFrom(app) });
  const found = createFoundOnce(clock);
  return {
    kind: 'github-token',
    acts: 'upstream',
    lifetime: { min: 60, max: LIFETIME_MS / 1000 },
    revocation: 'immediate',
    issue: (_grant, parameters, signal) =>
      issueToken({ github, app, clock, found }, parameters as GithubParameters, signal),
    revoke: (lease, signal) => revokeToken({ github, app, clock, logger }, lease, signal),
  };
}

interface Deps {
  readonly github: AskGithub;
  readonly app: TokenApp;
  readonly clock: Clock;
  /** installations */
  readonly found: FoundOnce;
}

async function issueToken(deps: Deps, parameters: GithubParameters, signal: AbortSignal): Promise<Credential> {
  const { repositories, permissions } = parameters;
  // The policy loader refuses both; GitHub takes either for everything that the App may do.
  if (repositories.length === 0 || Object.keys(permissions).length === 0)
    throw new TypeError('a token of GitHub needs repositories and permissions');
  let asked = await askForToken(deps, parameters, signal);
  if (asked.installation.known && mayBeOver(deps, asked.answer)) asked = await askForToken(deps, parameters, signal);
  if (asked.answer.status >= 300) throw await whyRefused(deps, asked, signal);
  return credentialOf(deps, asked);
}

interface Asked {
  readonly answer: GithubAnswer;
  readonly parameters: GithubParameters;
  readonly installation: OpenInstallation;
}

async function askForToken(deps: Deps, parameters: GithubParameters, signal: AbortSignal): Promise<Asked> {
  const { repositories, permissions } = parameters;
  const installation = await openInstallation(deps, parameters, signal);
  const ids = repositories.map(({ id }) => Number(id));
  if (!ids.every(Number.isSafeInteger)) throw new UpstreamRefused('an id of a repository is none that GitHub gives');
  // Point of no return: from here on there may be a token.
  const answer = await deps.github.createToken(
    { installation: installation.id, repositories: ids, permissions },
    signal,
  );
  // A definite no: nothing was made, and what was known of the installation may be over.
  if (answer.status >= 300) forgetInstallation(deps, parameters);
  return { answer, parameters, installation };
}

function credentialOf({ app, clock }: Deps, { answer, parameters, installation }: Asked): Credential {
  const made = secretSchema.safeParse(answer.body);
  // Not the answer itself: if a token is in it, nobody is to read it in a log.
  if (!made.success) throw new Error(`GitHub answered ${answer.status} without a token`);
  const secret = new Secret(made.data.token);
  const granted = grantedSchema.safeParse(answer.body);
  const now = clock.now();
  const said = granted.success ? Date.parse(granted.data.expires_at) : 0;
  // One that is over would pass for dead, and nobody would end it.
  const end = said > now ? said : now + LIFETIME_MS;
  const excess = granted.success
    ? (excessOf(granted.data, parameters) ?? endProblem(said, now))
    : 'GitHub did not say what it is for';
  return {
    ...{ accessToken: secret, tokenType: 'Bearer', issuedTokenType: 'urn:buildpass:token-type:github-token' },
    values: { token: secret },
    details: { installation_id: String(installation.id), app_slug: installation.slug },
    upstreamExpiresAt: end,
    revocationHandle: newHandle(app, secret),
    provenance: { system: new URL(app.apiUrl).host, id: hashedToken(secret) },
    ...(excess === undefined ? {} : { excess }),
  };
}

/** `hashed_token` of GitHub's audit log. */
const hashedToken = (secret: Secret): string => createHash('sha256').update(secret.reveal()).digest('base64');

function endProblem(said: Millis, now: Millis): string | undefined {
  if (said <= now) return 'GitHub says that it has ended already';
  return said > now + LIFETIME_MS + CLOCKS_DIFFER_MS ? 'GitHub made it live longer than an hour' : undefined;
}

/** P3, as the end of a sentence that any job's log may have. */
function excessOf(granted: z.output<typeof grantedSchema>, { repositories, permissions }: GithubParameters) {
  if (granted.repository_selection !== 'selected') return 'GitHub made it for every repository of the installation';
  const [given, asked] = [granted.repositories.map(({ id }) => String(id)), repositories.map(({ id }) => id)];
  if (!sameItems(given, asked)) return 'GitHub made it for other repositories than those asked for';
  // Whoever may do anything with a repository may read its metadata: GitHub adds that by itself.
  const { metadata, ...others } = { metadata: 'read', ...granted.permissions };
  const { metadata: wanted = 'read', ...rest } = permissions;
  const isSame = metadata === wanted && sameItems(levels(others), levels(rest));
  return isSame ? undefined : 'GitHub gave it other permissions than those asked for';
}

const levels = (permissions: Readonly<Record<string, string>>): string[] =>
  Object.entries(permissions).map(([name, level]) => `${name}: ${level}`);

const sameItems = (some: readonly string[], others: readonly string[]): boolean => {
  const [one, other] = [new Set(some), new Set(others)];
  return one.size === other.size && [...one].every((item) => other.has(item));
};

async function revokeToken(
  { github, app, clock, logger }: Omit<Deps, 'found'> & Pick<TokenOptions, 'logger'>,
  { revocationHandle, upstreamExpiresAt }: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { token, madeAt } = readHandle(app, revocationHandle);
  logger.hide(token);
  const { status, body } = await github.revokeToken(token, signal);
  if (status === 204) return;
  const age = clock.now() - ((upstreamExpiresAt ?? 0) - LIFETIME_MS);
  // Dead already, in the words of the GitHub that made it: others answer 401 too. Of a very young one that may be untrue, and "revoked"
  // is said of none that lives on (P8).
  if (status === 401 && madeAt !== undefined && unknownSchema.safeParse(body).success && age > KNOWN_EVERYWHERE_MS)
    return;
  throw new Error(`GitHub answered ${status} to the revocation of a token that is ${Math.round(age / 1000)} s old`);
}
