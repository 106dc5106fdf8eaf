// A signing key as a line for people and as JSON for programs: what it does, since when, and what comes next for it.
import { formatDuration } from '../../shared/duration.ts';
import type { Config } from '../config.ts';
import { isoTime } from '../log/entry.ts';
import { logOrigin } from '../open/log.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import { verifierKeyOf } from '../verifier/verifier-key.ts';

export type PublicRow = Omit<SigningKeyRow, 'sealed_private_key'>;

/** What `log-key` and `--key` take. */
export const verifierKeyIn = ({ public_key: pem }: Pick<PublicRow, 'public_key'>, { url }: Config): string =>
  verifierKeyOf(logOrigin(url), pem);

export const describeKey = (row: PublicRow, config: Config) => ({
  key_id: row.id,
  purpose: row.purpose,
  algorithm: row.algorithm,
  state: row.state,
  created_at: isoTime(row.created_at),
  changed_at: isoTime(row.changed_at),
  changes_at: row.changes_at === null ? null : isoTime(row.changes_at),
  public_key: row.public_key,
  ...(row.purpose === 'log' ? { verifier_key: verifierKeyIn(row, config) } : {}),
});

/** All of them: how long one signs depends on whether another waits to. */
export const keyLines = (rows: readonly PublicRow[], config: Config): string =>
  rows.map((row) => keyLine(row, config, rows)).join('\n');

export const keyLine = (row: PublicRow, config: Config, rows: readonly PublicRow[] = [row]): string =>
  [
    row.algorithm.padEnd(5),
    row.purpose.padEnd(10),
    row.state.padEnd(9),
    isoTime(row.created_at),
    row.id,
    isReplaced(row, rows) ? 'signs until the next one does' : comesNext(row, config),
  ]
    .join('  ')
    .trimEnd();

const isReplaced = ({ state, purpose, algorithm }: PublicRow, rows: readonly PublicRow[]): boolean =>
  state === 'current' &&
  purpose === 'credential' &&
  rows.some((one) => one.state === 'next' && one.purpose === purpose && one.algorithm === algorithm);

function comesNext({ state, purpose, algorithm, changed_at, changes_at }: PublicRow, config: Config): string {
  const at = changes_at === null ? undefined : isoTime(changes_at);
  switch (state) {
    case 'next':
      return at === undefined ? waitsToBeSeen(purpose, config) : `signs from ${at}`;
    case 'current':
      return purpose === 'log' || isInKms(config, algorithm) ? '' : scheduled(changed_at, config);
    case 'previous':
      return `${purpose === 'log' ? 'signs beside it' : 'published'} until ${at}`;
    case 'retired':
      return `${purpose === 'log' ? 'signs' : 'published'} no longer since ${isoTime(changed_at)}`;
    case 'withdrawn':
      return `withdrawn ${isoTime(changed_at)}: it leaked`;
  }
}

const isInKms = ({ keys }: Config, algorithm: string): boolean => Object.hasOwn(keys.inAwsKms, algorithm);

function scheduled(since: number, { keys: { rotateEvery } }: Config): string {
  return rotateEvery === undefined ? '' : `another signs from ${isoTime(since + rotateEvery)}`;
}

function waitsToBeSeen(purpose: PublicRow['purpose'], { url, issuer, keys }: Config): string {
  const later = formatDuration(keys.publishBeforeUse / 1000);
  if (url === issuer || purpose === 'log') return `signs ${later} after a running broker has published it`;
  return `signs ${later} after it was seen at ${issuer}: run \`buildpass keys publish DIR\`, and upload what it wrote`;
}
