// The public face of the log: checkpoint, tiles of hashes, verifier keys (C2SP tlog-checkpoint, tlog-tiles, signed-note).
// Entries are not public, but for those by which the log changes its keys: their leaves stay with the broker, and nonces keep
// hashes from being guessed.
import { Router } from 'express';
import { KEY_CHANGES_FILE } from '../../shared/log-directory.ts';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import { TILE_WIDTH } from '../../shared/tiles.ts';
import { BrokerError } from '../errors.ts';
import { newestCheckpoint } from '../log/newest-checkpoint.ts';
import { keyChanges, tileBytes } from '../log/prove.ts';
import type { Store } from '../store/store.ts';
import { methodNotAllowed } from './method-not-allowed.ts';

const TILE_PATH = /^\/log\/tile\/(0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;
const MAX_LEVEL = 63;
const KEY_CHANGES = `/log/${KEY_CHANGES_FILE}`;
const FOREVER = 'public, max-age=31536000, immutable';

export interface LogRouteDeps {
  readonly store: Store;
  /** of the key that vouches for what is newest */
  readonly verifierKey: () => string;
  /** newest first */
  readonly verifierKeys: () => readonly string[];
}

export function logRoutes(deps: LogRouteDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router.get('/log/checkpoint', async (_request, response) => {
    const checkpoint = await deps.store.read((tx) => newestCheckpoint(tx.log, [parseVerifierKey(deps.verifierKey())]));
    if (checkpoint === undefined) throw new BrokerError('NOT_FOUND', 'The log has no entries yet.');
    response.set('Cache-Control', 'no-cache').type('text/plain').send(checkpoint);
  });
  router.get('/log/key', (_request, response) => {
    response
      .set('Cache-Control', 'no-cache')
      .type('text/plain')
      .send(`${deps.verifierKeys().join('\n')}\n`);
  });
  router.get(KEY_CHANGES, async (_request, response) => {
    const receipts = await deps.store.read((tx) => keyChanges(tx.log));
    const lines = receipts.map((receipt) => `${JSON.stringify(receipt)}\n`);
    response.set('Cache-Control', 'no-cache').type('text/plain').send(lines.join(''));
  });
  router.get(TILE_PATH, async (request, response) => {
    const tile = parseTilePath(request.path);
    const bytes = tile === undefined ? undefined : await deps.store.read((tx) => tileBytes(tx.log, tile));
    if (bytes === undefined) throw new BrokerError('NOT_FOUND', 'The log has no such tile at its present size.');
    response.set('Cache-Control', FOREVER).type('application/octet-stream').send(bytes);
  });
  router.all(['/log/checkpoint', '/log/key', KEY_CHANGES, TILE_PATH], methodNotAllowed('GET', 'HEAD'));
  return router;
}

/** `<L>/<N>[.p/<W>]`; the index in elements of three digits, all but the last with an x before them; each tile has one path. */
function parseTilePath(path: string): { level: number; index: number; width: number } | undefined {
  const [, level, elements = '', partial] = TILE_PATH.exec(path) ?? [];
  const index = Number(elements.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  const canonical = !elements.startsWith('x000') && (partial === undefined || width < TILE_WIDTH);
  return canonical && Number.isSafeInteger(index * TILE_WIDTH) && Number(level) <= MAX_LEVEL
    ? { level: Number(level), index, width }
    : undefined;
}
