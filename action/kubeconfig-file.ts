// The file that holds a kubeconfig: in the directory that the runner empties, readable by nobody else, under a name that no other
// use has; written once, and removed by the post step.
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { ActionFailure, messageOf } from './action-failure.ts';
import type { Job } from './job.ts';

const NAME = /^buildpass-[0-9a-f]{32}\.kubeconfig$/;
const NAME_BYTES = 16;

/** @throws ActionFailure where the runner names no directory for it */
export function newKubeconfigPath({ environment, randomBytes }: Job): string {
  const directory = environment['RUNNER_TEMP'] ?? '';
  if (isAbsolute(directory)) return join(directory, `buildpass-${randomBytes(NAME_BYTES).toString('hex')}.kubeconfig`);
  throw new ActionFailure(
    'There is no place for the kubeconfig',
    `RUNNER_TEMP must name the directory that the runner makes for a job, not "${directory}".`,
  );
}

/** @throws ActionFailure that says why it could not be written */
export function writeKubeconfig({ files }: Job, path: string, text: string): void {
  try {
    files.writeNew(path, text);
  } catch (error) {
    throw new ActionFailure(
      'The kubeconfig could not be written',
      `${messageOf(error)}. Nothing was handed on; the post step returns the lease.`,
    );
  }
}

/** A file that stays is a warning: its token ends with the lease. */
export function removeKubeconfig({ files, log, environment }: Job, path: string): void {
  // The path comes back from a file of the runner: nothing but what we make is removed by it.
  const ours = NAME.test(basename(path)) && dirname(path) === resolve(environment['RUNNER_TEMP'] ?? '');
  try {
    if (!ours) throw new Error(`"${path}" is not where the main step writes one`);
    if (files.remove(path)) log.info('Removed the kubeconfig.');
  } catch (error) {
    log.warning(
      'The kubeconfig could not be removed',
      `${messageOf(error)}.`,
      'The runner empties RUNNER_TEMP itself.',
    );
  }
}
