// Says aloud where the keys at a static site are not those that should be there; the same thing once an hour.
import type { Millis } from '../clock.ts';
import type { KeyRows } from './key-times.ts';
import type { RotationDeps } from './rotation-deps.ts';

const AGAIN: Millis = 3_600_000;

interface Found {
  readonly rows: KeyRows;
  readonly now: Millis;
  readonly there: ReadonlySet<string>;
}

export function sayWhatIsThere(
  { site, logger }: Pick<RotationDeps, 'site' | 'logger'>,
  said: Map<string, Millis>,
  { rows, now, there }: Found,
): void {
  const { issuer } = site;
  const isNew = (what: string, ids: readonly string[]): boolean => {
    const key = `${what} ${ids.join(' ')}`;
    if (ids.length === 0 || now - (said.get(key) ?? Number.NEGATIVE_INFINITY) < AGAIN) return false;
    said.set(key, now);
    return true;
  };
  const idsIn = (states: readonly string[]): string[] =>
    rows.filter(({ purpose, state }) => purpose === 'credential' && states.includes(state)).map(({ id }) => id);
  const lost = idsIn(['current', 'previous']).filter((id) => !there.has(id));
  if (isNew('lost', lost))
    logger.error('keys that credentials are signed with are not at the issuer', { issuer, key_ids: lost });
  const leaked = idsIn(['withdrawn']).filter((id) => there.has(id));
  if (isNew('leaked', leaked)) logger.error('a key that leaked is still at the issuer', { issuer, key_ids: leaked });
  const waiting = idsIn(['next']).filter((id) => !there.has(id));
  if (isNew('waiting', waiting))
    logger.warn(
      'a next key waits to be seen at the issuer: run `buildpass keys publish DIR`, and upload what it wrote',
      {
        issuer,
        key_ids: waiting,
      },
    );
}
