// Installations of the double of GitHub's API: where its App is installed, and the tokens that it makes there and takes back.
import { randomUUID } from 'node:crypto';
import { type ApiAnswer, type Knowledge, moved, NOT_FOUND, type Token } from './github-knowledge.ts';
import type { UpstreamMood } from './moody-server.ts';

export const APP_ID = '1234567';
const INSTALLATION = 87654321;
const ELSEWHERE = 87654322;
const HOUR = 3_600_000;

export interface Tokens {
  /** every one that was made and not taken back */
  readonly live: Map<string, Token>;
  readonly made: string[];
  readonly revoked: string[];
}

export const noTokens = (): Tokens => ({ live: new Map(), made: [], revoked: [] });

export function installationAnswer(knows: Knowledge, origin: string, path: string): ApiAnswer {
  if (path === `/repos/${knows.renamedFrom}/installation`) return moved(knows, origin, '/installation');
  const [, organization = ''] = /^\/orgs\/([^/]+)\/installation$/.exec(path) ?? [];
  const other = knows.organizations[organization];
  if (other !== undefined) return [200, { ...installation(knows, ELSEWHERE), ...account(other, organization) }];
  const { id, full_name: name } = knows.repository;
  const here = [`/repos/${name}`, `/repositories/${id}`, `/orgs/${knows.owner.login}`];
  if (knows.installed && here.some((one) => path === `${one}/installation`))
    return [200, installation(knows, INSTALLATION)];
  const repository = knows.otherRepositories.find(
    (one) => path === `/repos/${one.full_name}/installation` || path === `/repositories/${one.id}/installation`,
  );
  if (repository === undefined || repository.installed === 'nowhere') return NOT_FOUND;
  return [200, installation(knows, repository.installed === 'here' ? INSTALLATION : ELSEWHERE)];
}

const account = (id: number, login: string) => ({ account: { id, login, ...ACCOUNT } });

const installation = ({ permissions, suspendedAt: suspended_at, owner }: Knowledge, id: number) => ({
  ...{ id, app_id: Number(APP_ID), app_slug: 'octo-broker', permissions, suspended_at, suspended_by: null },
  ...account(owner.id, owner.login),
});

/** What GitHub says of every account. */
const ACCOUNT = {
  ...Object.fromEntries(
    ['node_id', 'avatar_url', 'url', 'html_url', 'followers_url', 'following_url', 'gists_url', 'starred_url'].map(
      (name) => [name, 'https://github.com/any'],
    ),
  ),
  ...Object.fromEntries(
    ['subscriptions_url', 'organizations_url', 'repos_url', 'events_url', 'received_events_url'].map((name) => [
      name,
      'https://github.com/any',
    ]),
  ),
  ...{ gravatar_id: null, type: 'Organization', site_admin: false },
};

interface Asked {
  readonly path: string;
  readonly body: string;
  readonly now: number;
  readonly mood: UpstreamMood;
}

/** 422 says neither which repository nor which permission it is about. */
export function createToken(knows: Knowledge, tokens: Tokens, { path, body, now, mood }: Asked): ApiAnswer {
  const [, id] = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path) ?? [];
  if (!knows.installed || ![INSTALLATION, ELSEWHERE].map(String).includes(id ?? '')) return NOT_FOUND;
  if (knows.suspendedAt !== null) return [403, { message: 'This installation has been suspended' }];
  const wanted = JSON.parse(body === '' ? '{}' : body) as {
    repository_ids?: number[];
    permissions?: Record<string, string>;
  };
  const { repository_ids: ids, permissions = {} } = wanted;
  const covered =
    id === String(INSTALLATION)
      ? [knows.repository, ...knows.otherRepositories.filter(({ installed }) => installed === 'here')]
      : knows.otherRepositories.filter(({ installed }) => installed === 'elsewhere');
  if (mood === 'refuses' || ids?.some((one) => !covered.some((repository) => repository.id === one)))
    return [422, { message: 'There is at least one repository that does not exist or is not accessible.' }];
  if (Object.keys(permissions).some((name) => knows.permissions[name] === undefined && name !== 'metadata'))
    return [422, { message: 'The permissions requested are not granted to this installation.' }];
  const token = `ghs_${APP_ID}_${randomUUID().replaceAll('-', '')}.${'x'.repeat(400)}.${randomUUID()}`;
  const expires = now + (mood === 'longer' ? 2 * HOUR : HOUR);
  tokens.live.set(token, { permissions, repositories: ids ?? [], expires });
  tokens.made.push(token);
  const repositories = covered.filter((one) => ids?.includes(one.id));
  const given = {
    ...{ token, expires_at: new Date(expires).toISOString().replace(/\.\d+Z$/, 'Z') },
    permissions: { metadata: 'read', ...permissions },
    ...(ids === undefined ? { repository_selection: 'all' } : { repository_selection: 'selected', repositories }),
  };
  return [201, mood === 'wider' ? widened(given, knows) : given];
}

function widened(
  given: { permissions: Record<string, string>; repositories?: { id: number }[] },
  { wider, repository }: Knowledge,
): object {
  const { permissions, repositories = [repository] } = given;
  switch (wider) {
    case 'ended':
      return { ...given, expires_at: '2020-01-01T00:00:00Z' };
    case 'permission':
      return { ...given, permissions: { ...permissions, administration: 'write' } };
    case 'level':
      return { ...given, permissions: Object.fromEntries(Object.keys(permissions).map((name) => [name, 'write'])) };
    case 'repository':
      return { ...given, repositories: [...repositories, { ...repository, id: 999 }] };
    case 'everything':
      return { ...given, repository_selection: 'all' };
    default:
      return { ...given, permissions: undefined, repositories: undefined };
  }
}
