// The open ports: the public one, and that of the operator where there is one. A stop is in the order in which it hurts least:
// nothing new is taken, what is under way is finished, for a bounded time, and the operator can look until the end.
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Millis } from '../clock.ts';
import { StartRefused } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ClientAddresses } from './client-address.ts';
import { limitConnections } from './connection-limit.ts';
import { createHttpServer } from './http-server.ts';
import type { Refuse } from './refuse.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ListenersOptions {
  readonly app: RequestListener;
  readonly listen: Address & { readonly admin: Address | undefined };
  readonly adminApp: RequestListener;
  readonly refuse: Refuse;
  readonly addresses: ClientAddresses;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** how long what is under way may take to finish at a stop */
  readonly drainTimeout?: Millis;
}

export interface Listeners {
  readonly port: number;
  readonly adminPort: number | undefined;
  /** Resolves when no request is under way any more. */
  drain(): Promise<void>;
  /** After that: the operator's port too. */
  close(): Promise<void>;
}

/** Longer than a provider may take, shorter than the half minute that supervisors usually leave before they kill. */
const DRAIN_MS: Millis = 25_000;
const SWEEP_MS: Millis = 50;
/** Connections that wait to be taken while the process is busy. Beyond it the system drops them, and they come again after seconds. */
const BACKLOG = 2_048;

/** @throws StartRefused where a port cannot be had */
export async function openListeners(options: ListenersOptions): Promise<Listeners> {
  const { app, listen, adminApp, refuse, addresses, metrics } = options;
  const server = createHttpServer(app, refuse);
  const onRefused = (limit: string): void => metrics.count('buildpass_limited_total', limit);
  limitConnections(server, { addressOf: addresses.ofPeer, onRefused });
  const admin = listen.admin === undefined ? undefined : createHttpServer(adminApp, refuse);
  // First, so that a start that is refused for it has not taken a request yet.
  const adminPort = admin && listen.admin && (await open(admin, listen.admin));
  const port = await open(server, listen).catch(async (error: unknown) => {
    if (admin !== undefined) await shut(admin);
    throw error;
  });
  return {
    port,
    adminPort,
    drain: () => drained(server, options),
    close: async () => (admin === undefined ? undefined : shut(admin)),
  };
}

async function drained(server: Server, { logger, drainTimeout = DRAIN_MS }: ListenersOptions): Promise<void> {
  const late = setTimeout(() => {
    logger.warn('requests were still under way when the time for stopping was over; their connections were cut');
    server.closeAllConnections();
  }, drainTimeout);
  // A connection that was busy when the stop began is idle after its answer: nobody else closes it.
  const idle = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  await closed(server);
  clearInterval(idle);
  clearTimeout(late);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function shut(server: Server): Promise<void> {
  const done = closed(server);
  server.closeAllConnections();
  return done;
}

async function open(server: Server, { host, port }: Address): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new StartRefused(`cannot listen on ${host}:${port}: ${cause.message}`, { cause })),
    );
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  return (server.address() as AddressInfo).port;
}
