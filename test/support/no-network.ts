// Shuts the network for tests: any TCP connection that leaves loopback fails at once, and the test with it.
import { Socket } from 'node:net';
import { isIP } from 'node:net';

const original = Socket.prototype.connect;

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function hostOf(options: unknown): string | undefined {
  const first = Array.isArray(options) ? options[0] : options;
  if (typeof first !== 'object' || first === null || 'path' in first === true && (first as { path?: unknown }).path) {
    return undefined;
  }
  return (first as { host?: string }).host ?? 'localhost';
}

Socket.prototype.connect = function connect(this: Socket, ...args: unknown[]) {
  const host = hostOf(args[0]);
  if (host !== undefined && !isLoopback(host)) {
    throw new Error(`a test tried to reach ${host}: tests stay on loopback`);
  }
  return Reflect.apply(original, this, args) as Socket;
} as typeof original;
