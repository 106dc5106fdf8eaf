// A connection to another system that speaks no HTTP. It promises what upstream/fetch.ts does: to no address that the operator did
// not allow, and within its deadline. What is said over it is encrypted by whoever asked for it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Millis } from '../clock.ts';
import type { Reach } from './address.ts';
import { checkedLookup, literalProblem, type Resolve } from './lookup.ts';

export interface SocketRequest {
  readonly host: string;
  readonly port: number;
  readonly reach: Reach;
  readonly timeout: Millis;
  /** the system's resolver unless given */
  readonly resolve?: Resolve;
}

/** @throws Error whose message begins with host and port */
export async function connectUpstream({ host, port, reach, timeout, resolve }: SocketRequest): Promise<Socket> {
  const problem = literalProblem(host, reach);
  if (problem !== undefined) throw new Error(`${host}:${port} is ${problem}`);
  const socket = connect({ host, port, lookup: checkedLookup(reach, resolve) });
  const signal = AbortSignal.timeout(timeout);
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (cause) {
    socket.destroy();
    // What comes after it was given up is nobody's any more.
    socket.on('error', () => undefined);
    const why = signal.aborted ? `did not answer within ${timeout} ms` : `gave no answer: ${(cause as Error).message}`;
    throw new Error(`${host}:${port} ${why}`, { cause });
  }
}
