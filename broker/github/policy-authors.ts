// Who changed a policy lately, asked of the repository that the policies are kept in. What the deployment says of the commit is not
// believed before the file that decides is the one that GitHub has there; who changed it is believed as of any commit.
import { z } from 'zod';
import type { Millis } from '../clock.ts';
import type { Account, PolicyVersion } from '../facts.ts';
import { FactUnavailable } from './ask-api.ts';
import { pathOf } from './find-installation.ts';
import { type AskRepository, commitSchema, notTold, parsed, writtenBy } from './questions.ts';

/** Where the policies are kept, and what the policy directory is of it. */
export interface KeptIn {
  readonly repository: string;
  readonly repositoryId: string;
  readonly repositoryOwnerId: string;
  /** path in it, without a slash at either end; empty for the whole of it */
  readonly folder: string;
  /** base name of the file in the policy directory that holds the commit */
  readonly commitFile: string;
}

const pathIn = ({ folder }: KeptIn, { file }: PolicyVersion): string => (folder === '' ? file : `${folder}/${file}`);

/** As many as one answer of a size that is read has room for. */
const CHANGES = 50;
/** Before the last change: what one change prepares and another uses lies closer together. */
const LATELY_MS: Millis = 30 * 24 * 3_600_000;

interface AskedOf {
  readonly keptIn: KeptIn;
  readonly version: PolicyVersion;
  readonly now: Millis;
}

/** Everybody behind the last change of the file, and behind those of the thirty days before it. */
export async function askPolicyAuthors(
  ask: AskRepository,
  { keptIn, version, now }: AskedOf,
): Promise<readonly Account[]> {
  const { repository, commitFile } = keptIn;
  const { commit, blob } = version;
  const path = pathIn(keptIn, version);
  if (commit === undefined)
    throw new FactUnavailable(
      'the policies in force were read back from the store, without the commit that they are of: mend the policy directory, so that it loads again',
    );
  const which = `"${path}" of "${repository}" at ${commit}`;
  const [file, changes] = await Promise.all([
    ask(`/contents/${pathOf(path)}?ref=${commit}`),
    ask(`/commits?sha=${commit}&path=${encodeURIComponent(path)}&per_page=${CHANGES}`),
  ]);
  if (file.status === 404)
    throw new FactUnavailable(
      `GitHub has no ${which}, which \`${commitFile}\` in the policy directory names: push that commit, or deploy the directory anew from one that is there`,
    );
  if (file.status !== 200) throw notTold(which, file.status);
  if (parsed(contentSchema, file.body).sha !== blob)
    throw new FactUnavailable(
      `the policy that decides is not ${which}, which \`${commitFile}\` in the policy directory names: the file was changed after the checkout, or the commit is another one; deploy the directory anew, and the commit with it`,
    );
  if (changes.status !== 200) throw notTold(`who changed ${which}`, changes.status);
  return authorsOf(lately(parsed(changesSchema, changes.body), { which, now }), which);
}

const contentSchema = z.object({ sha: z.string() });
const changesSchema = z.array(
  commitSchema.extend({
    commit: commitSchema.shape.commit.extend({ committer: z.object({ date: z.iso.datetime({ offset: true }) }) }),
  }),
);
type Change = z.infer<typeof changesSchema>[number];

/** In the order of history, and all up to the deepest that is recent: a date is what the committer's clock said. */
function lately(changes: readonly Change[], { which, now }: { which: string; now: Millis }): readonly Change[] {
  const [last] = changes;
  if (last === undefined) throw new FactUnavailable(`GitHub names no commit that changed ${which}`);
  const since = Math.min(dateOf(last), now) - LATELY_MS;
  const deepest = changes.findLastIndex((change) => dateOf(change) >= since);
  if (deepest === CHANGES - 1)
    throw new FactUnavailable(
      `${which} was changed ${CHANGES} times or more within thirty days, and who changed it is not asked any further: wait, or take \`policy-author\` out of \`apart-from\``,
    );
  return changes.slice(0, deepest + 1);
}

const dateOf = ({ commit }: Change): Millis => Date.parse(commit.committer.date);

function authorsOf(changes: readonly Change[], which: string): readonly Account[] {
  const all = changes.flatMap((change) => {
    const { author, committer } = writtenBy(change, `the commit ${change.sha}, a change of ${which},`);
    return [author, committer];
  });
  return [...new Map(all.map((account) => [account.id, account])).values()];
}
