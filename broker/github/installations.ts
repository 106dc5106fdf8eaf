// Where the App is installed, and tokens of its installations: for one repository and one permission to read, kept in memory until
// shortly before they end. Who installed it is compared by id: a name may be somebody else's by now.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Clock, Millis } from '../clock.ts';
import type { FoundOnce, Rules } from '../found-once.ts';
import type { Subject } from '../model.ts';
import { type ApiAnswer, type AskApi, FactUnavailable } from './ask-api.ts';
import { findInstallation, type Installation, ofRepositoryId, type Sought } from './find-installation.ts';

export type Permission = 'actions' | 'contents' | 'members';

/** Whose installation is meant: of the repository's owner, or of the organization that a team belongs to. */
export interface Place extends Sought {
  readonly ownerId: string;
  /** the one repository that a token is for */
  readonly repositoryId: string | undefined;
}

export interface Access {
  readonly token: Secret;
  readonly budget: string;
  /** what the repository is called now, by its id; undefined where GitHub did not say */
  readonly repository: string | undefined;
  readonly expiresAt: Millis;
}

export interface InstallationDeps {
  readonly askApi: AskApi;
  readonly appId: string;
  readonly appToken: () => Secret;
  readonly clock: Clock;
  readonly found: FoundOnce;
  readonly hide: (secret: Secret) => void;
}

const EARLY_MS: Millis = 5 * 60_000;
const INSTALLATION_KEPT_MS: Millis = 10_000;

const tokenSchema = z.object({
  token: z.string().min(1).max(2048),
  expires_at: z.iso.datetime({ offset: true }),
  repositories: z.array(z.object({ id: z.int(), full_name: z.string() })).optional(),
});

/** A repository by its immutable ids, and by the name that it had. */
export type RepositoryIds = Pick<Subject, 'repository' | 'repositoryId' | 'repositoryOwnerId'>;

export const ofRepository = ({ repository, repositoryId, repositoryOwnerId }: RepositoryIds): Place => ({
  ...ofRepositoryId(repository, repositoryId),
  ownerId: repositoryOwnerId,
  repositoryId,
});

export const ofOrganization = (name: string, id: string): Place => ({
  of: name,
  ownerId: id,
  path: `/orgs/${encodeURIComponent(name)}/installation`,
  pathById: undefined,
  repositoryId: undefined,
});

export interface AccessWanted {
  readonly place: Place;
  readonly permission: Permission;
  readonly deadline: Millis;
}

const placeKey = ({ place }: AccessWanted): string => `${place.repositoryId ?? ''} ${place.ownerId}`;
const keyOf = (wanted: AccessWanted): string => `access ${placeKey(wanted)} ${wanted.permission}`;

/** @throws FactUnavailable where the App is not installed there, or may not read that */
export function accessTo(deps: InstallationDeps, wanted: AccessWanted): Promise<Access> {
  const rules: Rules<Access> = {
    until: ({ expiresAt }) => expiresAt - EARLY_MS,
    keeps: (failure) => failure instanceof FactUnavailable,
  };
  return deps.found.get(keyOf(wanted), () => openAccess(deps, wanted), rules);
}

/** A token that GitHub does not take any more: the next one is made anew. */
export const forgetAccess = ({ found }: InstallationDeps, wanted: AccessWanted): void => found.forget(keyOf(wanted));

async function openAccess(deps: InstallationDeps, wanted: AccessWanted): Promise<Access> {
  const { place, permission, deadline } = wanted;
  const { id, permissions } = await installationOf(deps, wanted);
  if (permissions[permission] === undefined)
    throw new FactUnavailable(`the GitHub App may not read \`${permission}\` of "${place.of}": ${GRANT}`);
  const answer = await deps.askApi({
    ...{ path: `/app/installations/${id}/access_tokens`, token: deps.appToken(), budget: 'app', deadline },
    body: {
      ...(place.repositoryId === undefined ? {} : { repository_ids: [Number(place.repositoryId)] }),
      permissions: { [permission]: 'read' },
    },
  });
  const parsed = tokenSchema.safeParse(answer.status === 201 ? answer.body : undefined);
  if (!parsed.success)
    throw new FactUnavailable(
      `GitHub gives the App no token that reads \`${permission}\` of "${place.of}" (status ${answer.status}): ${GRANT}`,
    );
  const token = new Secret(parsed.data.token);
  deps.hide(token);
  const named = parsed.data.repositories?.find((one) => String(one.id) === place.repositoryId);
  return {
    ...{ token, budget: `installation ${id}`, repository: named?.full_name },
    expiresAt: Date.parse(parsed.data.expires_at),
  };
}

const GRANT =
  'give the App `Actions: read`, for teams `Members: read` and for authors of commits and policies `Contents: read`, and have the owner accept what changed (docs/operations.md)';

/** Kept for the moment in which a second token of it is asked for. */
const installationOf = (deps: InstallationDeps, wanted: AccessWanted): Promise<Installation> =>
  deps.found.get(`installation ${placeKey(wanted)}`, () => openInstallation(deps, wanted), {
    until: () => deps.clock.now() + INSTALLATION_KEPT_MS,
    keeps: () => false,
  });

async function openInstallation(deps: InstallationDeps, { place, deadline }: AccessWanted): Promise<Installation> {
  const ask = (path: string): Promise<ApiAnswer> =>
    deps.askApi({ path, token: deps.appToken(), budget: 'app', deadline });
  const found = await findInstallation(ask, place, deps.appId);
  if ('problem' in found) throw new FactUnavailable(found.problem);
  if (String(found.installation.account?.id) !== place.ownerId)
    throw new FactUnavailable(`"${place.of}" belongs to somebody else by now than the one it stands for here`);
  return found.installation;
}
