// Files that hold a credential: in the directory that the runner empties, readable by nobody else, under names that no other use has;
// written once, and removed by the post step.
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { googleCredentialsOf } from '../shared/google-credentials.ts';
import type { IssuedCredential } from '../shared/issued-credential.ts';
import { kubeconfigOf } from '../shared/kubeconfig.ts';
import { ActionFailure, messageOf } from './action-failure.ts';
import type { Job } from './job.ts';

/** What each is called, by the ending of its name. */
const CALLED = {
  kubeconfig: 'kubeconfig',
  json: 'credentials file',
  jwt: 'token of the credentials file',
} as const;
type Ending = keyof typeof CALLED;

const NAME = new RegExp(`^buildpass-[0-9a-f]{32}\\.(${Object.keys(CALLED).join('|')})$`);
const NAME_BYTES = 16;

function endingsOf({ kind }: IssuedCredential): readonly Ending[] {
  if (kind === 'kubernetes') return ['kubeconfig'];
  return kind === 'gcp-credentials-file' ? ['json', 'jwt'] : [];
}

/**
 * Where the files of a credential go, the one that programs are told of first; none for a kind that has none.
 * @throws ActionFailure where the runner names no directory for them
 */
export function newPaths({ environment, randomBytes }: Job, credential: IssuedCredential): readonly string[] {
  const [first, ...others] = endingsOf(credential);
  if (first === undefined) return [];
  const directory = environment['RUNNER_TEMP'] ?? '';
  if (!isAbsolute(directory))
    throw new ActionFailure(
      `There is no place for the ${CALLED[first]}`,
      `RUNNER_TEMP must name the directory that the runner makes for a job, not "${directory}".`,
    );
  const name = `buildpass-${randomBytes(NAME_BYTES).toString('hex')}`;
  return [first, ...others].map((ending) => join(directory, `${name}.${ending}`));
}

/** @throws ActionFailure that says why one could not be written */
export function writeFiles({ files }: Job, paths: readonly string[], credential: IssuedCredential): void {
  const texts = textsOf(credential, paths);
  for (const [index, path] of paths.entries())
    try {
      files.writeNew(path, texts[index] ?? '');
    } catch (error) {
      throw new ActionFailure(
        `The ${calledOf(path)} could not be written`,
        `${messageOf(error)}. Nothing was handed on; the post step returns the lease.`,
      );
    }
}

function textsOf(issued: IssuedCredential, [, token = '']: readonly string[]): readonly string[] {
  if (issued.kind === 'kubernetes') return [kubeconfigOf(issued)];
  return issued.kind === 'gcp-credentials-file' ? [googleCredentialsOf(issued, token), issued.credential.token] : [];
}

/** A file that stays is a warning: its token ends with the lease. */
export function removeFile({ files, log, environment }: Job, path: string): void {
  // The path comes back from a file of the runner: nothing but what we make is removed by it.
  const ours = NAME.test(basename(path)) && dirname(path) === resolve(environment['RUNNER_TEMP'] ?? '');
  try {
    if (!ours) throw new Error(`"${path}" is not where the main step writes one`);
    if (files.remove(path)) log.info(`Removed the ${calledOf(path)}.`);
  } catch (error) {
    log.warning(
      `The ${calledOf(path)} could not be removed`,
      `${messageOf(error)}.`,
      'The runner empties RUNNER_TEMP itself.',
    );
  }
}

const calledOf = (path: string): string => {
  const [, ending = ''] = /\.([^.]+)$/.exec(path) ?? [];
  return Object.hasOwn(CALLED, ending) ? CALLED[ending as Ending] : 'file';
};
