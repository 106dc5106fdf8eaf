// How many connections there may be, and how many of them one address may hold: less, the fewer are left, so that whoever comes
// with its first one still finds room when somebody holds hundreds.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** One costs some 20 KB while a job waits on it. Room for a thousand such jobs behind one address, as a company's runners are. */
const MAX_CONNECTIONS = 8_192;
/** An address may hold this part of what is free: alone a fifth of all, beside others like it less. */
const SHARE_OF_FREE = 1 / 4;

export interface ConnectionLimitOptions {
  /** undefined for a connection that counts against no address: of this machine, or of a trusted proxy */
  readonly addressOf: (remoteAddress: string | undefined) => string | undefined;
  readonly onRefused?: (limit: 'connections' | 'connections-of-address') => void;
  readonly max?: number;
}

export function limitConnections(server: Server, options: ConnectionLimitOptions): void {
  const { addressOf, onRefused = () => undefined, max = MAX_CONNECTIONS } = options;
  const held = new Map<string, number>();
  let open = 0;
  server.maxConnections = max;
  server.on('drop', () => onRefused('connections'));
  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket.remoteAddress);
    const holds = address === undefined ? 0 : (held.get(address) ?? 0);
    if (address !== undefined && holds >= Math.max(1, Math.floor((max - open) * SHARE_OF_FREE))) {
      onRefused('connections-of-address');
      // Nothing was asked yet that could be answered.
      socket.destroy();
      return;
    }
    open += 1;
    if (address !== undefined) held.set(address, holds + 1);
    socket.once('close', () => {
      open -= 1;
      if (address !== undefined) giveBack(held, address);
    });
  });
}

function giveBack(held: Map<string, number>, address: string): void {
  const left = (held.get(address) ?? 1) - 1;
  if (left > 0) held.set(address, left);
  else held.delete(address);
}
