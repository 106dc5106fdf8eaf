// Names of repositories and owners change while their ids stay. The id decides, and a name that is no longer the one written
// down is said to whoever reads the log: it may be a rename that the policy should follow, or a name that somebody took over.
// Only jobs of the project itself get here, so that nobody outside can write into the log.
import type { TrustedIssuer } from '../identity/trusted-issuers.ts';
import type { Project, Subject } from '../model.ts';
import { foldCase } from '../policy/pattern.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Called after each decision about a job of the project; changes nothing, and says each new name once. */
export type NoticeNames = (project: Pick<Project, 'name' | 'repositories'>, subject: Subject) => void;

interface NoticeNamesOptions {
  readonly logger: Pick<Logger, 'warn'>;
  readonly issuers: readonly Pick<TrustedIssuer, 'name' | 'owners'>[];
}

/** Remembered as said. Beyond it the oldest is forgotten, and said again if it still comes. */
const MAX_REMEMBERED = 1_000;

export function createNoticeNames({ logger, issuers }: NoticeNamesOptions): NoticeNames {
  const said = new Set<string>();
  const first = (key: string): boolean => {
    if (said.has(key)) return false;
    said.add(key);
    for (const oldest of said) {
      if (said.size <= MAX_REMEMBERED) break;
      said.delete(oldest);
    }
    return true;
  };
  return (project, subject) => {
    const { issuer, repositoryId, repository, repositoryOwnerId, repositoryOwner } = subject;
    const listed = project.repositories.find((one) => one.issuer === issuer && one.id === repositoryId)?.name;
    if (differ(listed, repository) && first(JSON.stringify([issuer, repositoryId, repository, listed])))
      logger.warn('a repository has another name than its policy lists: the id decides; correct the name', {
        ...{ project: project.name, issuer, repository_id: repositoryId, listed, repository },
      });
    const owner = ownerWithId(issuers, issuer, repositoryOwnerId);
    if (differ(owner, repositoryOwner) && first(JSON.stringify([issuer, repositoryOwnerId, repositoryOwner])))
      logger.warn('an owner has another name than the configuration lists: the id decides; correct the name', {
        ...{ issuer, repository_owner_id: repositoryOwnerId, listed: owner, repository_owner: repositoryOwner },
      });
  };
}

/** GitHub tells no two names apart by the case of their letters. */
const differ = (listed: string | undefined, name: string): boolean =>
  listed !== undefined && foldCase(listed) !== foldCase(name);

function ownerWithId(issuers: NoticeNamesOptions['issuers'], issuer: string, id: string): string | undefined {
  const { owners = {} } = issuers.find(({ name }) => name === issuer) ?? {};
  return Object.entries(owners).find(([, ownerId]) => ownerId === id)?.[0];
}
