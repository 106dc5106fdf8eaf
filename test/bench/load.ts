// Two ways of asking. Closed loop: so many callers, each asking again as soon as it was answered; it finds the throughput.
// Open loop: so many asks a second whatever the server does, timed from the moment they were due, so that a server that
// stalls cannot hide the waiting (coordinated omission).
import { RawClient, type RawReply } from './raw-client.ts';

export interface LoadResult {
  readonly answered: number;
  /** answers other than 200, by status */
  readonly refused: ReadonlyMap<number, number>;
  readonly seconds: number;
  /** milliseconds, ascending */
  readonly latencies: readonly number[];
}

interface Tally {
  readonly refused: Map<number, number>;
  readonly latencies: number[];
  answered: number;
}

const newTally = (): Tally => ({ refused: new Map(), latencies: [], answered: 0 });

function count(tally: Tally, { status, body }: RawReply, latency: number): void {
  tally.latencies.push(latency);
  if (status === 200 && body.length > 0) tally.answered += 1;
  else tally.refused.set(status, (tally.refused.get(status) ?? 0) + 1);
}

const result = (tally: Tally, started: number): LoadResult => ({
  answered: tally.answered,
  refused: tally.refused,
  seconds: (performance.now() - started) / 1000,
  latencies: tally.latencies.sort((a, b) => a - b),
});

interface ClosedLoop {
  readonly callers: number;
  readonly seconds: number;
  /** each ask on a connection of its own, as that of a job is */
  readonly anew?: true;
}

/** Until the requests or the seconds run out, whichever comes first. */
export async function closedLoop(
  port: number,
  requests: readonly Buffer[],
  { callers, seconds, anew }: ClosedLoop,
): Promise<LoadResult> {
  const clients = await Promise.all(Array.from({ length: callers }, () => RawClient.open(port)));
  const tally = newTally();
  const started = performance.now();
  const end = started + seconds * 1000;
  let next = 0;
  const caller = async (client: RawClient): Promise<void> => {
    for (let now = started; now < end; ) {
      const request = requests[next++];
      if (request === undefined) return;
      const reply = await (anew ? sendAnew(port, request) : client.send(request));
      const then = performance.now();
      count(tally, reply, then - now);
      now = then;
    }
  };
  await Promise.all(clients.map(caller));
  const loaded = result(tally, started);
  for (const client of clients) client.close();
  return loaded;
}

async function sendAnew(port: number, request: Buffer): Promise<RawReply> {
  const client = await RawClient.open(port);
  const reply = await client.send(request);
  client.close();
  return reply;
}

/**
 * All the requests, `rate` a second; each on the connection that was free the longest, or a new one. So none lies unused: whoever
 * says nothing within ten seconds of connecting is answered 408, also where its first request comes just as the server is held up.
 */
export async function openLoop(port: number, requests: readonly Buffer[], rate: number): Promise<LoadResult> {
  const free: RawClient[] = await Promise.all(Array.from({ length: 64 }, () => RawClient.open(port)));
  const tally = newTally();
  const started = performance.now();
  const ask = async (request: Buffer, due: number): Promise<void> => {
    try {
      const client = livingOf(free) ?? (await RawClient.open(port));
      count(tally, await client.send(request), performance.now() - due);
      free.push(client);
    } catch {
      // A connection that was not let in, or not kept: refused too, under a status that no answer has.
      tally.refused.set(0, (tally.refused.get(0) ?? 0) + 1);
    }
  };
  const asked: Promise<void>[] = [];
  while (asked.length < requests.length) {
    // The first is due at once.
    const due = Math.min(requests.length, Math.floor(((performance.now() - started) * rate) / 1000) + 1);
    while (asked.length < due) {
      const request = requests[asked.length];
      if (request !== undefined) asked.push(ask(request, started + (asked.length * 1000) / rate));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(asked);
  const loaded = result(tally, started);
  for (const client of free) client.close();
  return loaded;
}

function livingOf(free: RawClient[]): RawClient | undefined {
  for (let client = free.shift(); client !== undefined; client = free.shift()) if (!client.closed) return client;
  return undefined;
}
