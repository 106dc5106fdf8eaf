// Shuts the network for a whole process: a connection that would leave loopback fails before a packet is sent, and is
// remembered. Stands alone, so that a child process can have it too: `node --import <this file> …`.
import { isIP, Socket } from 'node:net';

type Connect = typeof Socket.prototype.connect;

/** Hosts that somebody tried to reach, oldest first; whoever reads it decides what follows. */
export const triedHosts: string[] = [];

const connect: Connect = Socket.prototype.connect;

Socket.prototype.connect = function connectToLoopback(this: Socket, ...args: unknown[]) {
  const host = hostOf(args);
  if (host !== undefined && !isLoopback(host)) {
    triedHosts.push(host);
    throw new Error(`a test tried to reach ${host}: tests stay on loopback`);
  }
  return Reflect.apply(connect, this, args);
} as Connect;

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * The host of a call of `connect` in any of its forms: (options), (port, host), (path), or Node's own array of
 * arguments; undefined for a Unix socket.
 */
function hostOf([first, second]: readonly unknown[]): string | undefined {
  if (Array.isArray(first)) return hostOf(first);
  if (typeof first === 'object' && first !== null) return hostOfOptions(first);
  if (Number.isNaN(Number(first))) return undefined;
  return typeof second === 'string' ? second : 'localhost';
}

function hostOfOptions(options: { readonly path?: unknown; readonly host?: unknown }): string | undefined {
  if (typeof options.path === 'string') return undefined;
  return typeof options.host === 'string' ? options.host : 'localhost';
}
