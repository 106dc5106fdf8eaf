// The two questions that sign-in asks GitHub's API in a person's name: who they are, and whether they are in a team.
import { z } from 'zod';
import type { Secret } from '../../shared/secret.ts';
import { BrokerError } from '../errors.ts';
import type { UpstreamAnswer } from '../upstream/fetch.ts';
import type { GithubClient, TeamIds } from './provider.ts';
import { type AskProvider, unavailable } from './provider-fetch.ts';

const userSchema = z.object({
  id: z.int().positive(),
  login: z.string().regex(/^[\w-]{1,100}(\[bot\])?$/),
  name: z.string().nullish(),
  type: z.string(),
});

const membershipSchema = z.object({ state: z.enum(['active', 'pending']) });

/** `unsaid`: GitHub did not tell, which is not the same as no */
export type Membership = boolean | 'unsaid';

export interface GithubApi {
  /** @throws BrokerError SIGN_IN_FAILED where the token is not good any more */
  user(token: Secret): Promise<z.infer<typeof userSchema>>;
  /** By id of the team; a team of an organization that the configuration does not list is nobody's, and not asked for. */
  memberships(token: Secret, login: string, teams: TeamIds): Promise<ReadonlyMap<string, Membership>>;
}

/** Questions at a time: GitHub slows down who asks many at once. */
const AT_ONCE = 4;

export function createGithubApi({ apiUrl, title, organizations }: GithubClient, ask: AskProvider): GithubApi {
  const ids = new Map(Object.entries(organizations).map(([name, id]) => [name.toLowerCase(), id]));
  const get = async (token: Secret, path: string): Promise<UpstreamAnswer> => {
    const answer = await ask(`${apiUrl}${path}`, { headers: headersOf(token) });
    if (isLimited(answer)) throw unavailable(title, new Error(`${path} answered that the rate limit is reached`));
    return answer;
  };
  const membership = async (token: Secret, login: string, { name, team }: Asked): Promise<Membership> => {
    const organization = ids.get(name.slice(0, name.indexOf('/')).toLowerCase());
    if (organization === undefined) return false;
    const path = `/organizations/${organization}/team/${encodeURIComponent(team)}/memberships/${encodeURIComponent(login)}`;
    return membershipOf(await get(token, path));
  };
  return {
    async user(token) {
      const { status, body } = await get(token, '/user');
      const parsed = userSchema.safeParse(status === 200 ? parseJson(body) : undefined);
      if (!parsed.success) throw new BrokerError('SIGN_IN_FAILED', `${title} did not say whose account it is.`);
      return parsed.data;
    },
    async memberships(token, login, teams) {
      const left = [...teams].map(([name, team]): Asked => ({ name, team }));
      const found = new Map<string, Membership>();
      const work = async (): Promise<void> => {
        for (let next = left.shift(); next !== undefined; next = left.shift())
          found.set(next.team, await membership(token, login, next));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return found;
    },
  };
}

interface Asked {
  readonly name: string;
  readonly team: string;
}

const headersOf = (token: Secret): Record<string, string> => ({
  accept: 'application/vnd.github+json',
  authorization: `Bearer ${token.reveal()}`,
  'user-agent': 'buildpass',
  'x-github-api-version': '2022-11-28',
});

/** GitHub says so with 403 too. */
const isLimited = ({ status, headers }: UpstreamAnswer): boolean =>
  status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0');

function membershipOf({ status, body }: UpstreamAnswer): Membership {
  if (status === 404) return false;
  // Mostly the organization’s single sign-on: it wants the person to have signed in there lately (SAML), or the App lacks a right.
  const parsed = membershipSchema.safeParse(status === 200 ? parseJson(body) : undefined);
  return parsed.success ? parsed.data.state === 'active' : 'unsaid';
}

/** Undefined for what is no JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

export const unconfirmed = (title: string, cause?: unknown): BrokerError =>
  new BrokerError(
    'TEAM_UNCONFIRMED',
    `${title} does not say any more which teams you are in. Sign in again; where your organization has single sign-on, sign in there first. If it stays, the GitHub App lacks the right “Members: read” in your organization.`,
    { cause },
  );
