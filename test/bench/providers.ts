// What the broker adds to an issuance through another system: the time of one `POST /v1/token`, less what the other side takes by
// itself, less what its calls would take as bare round trips. One caller at a time, each ask of a run of its own. Three times: of a
// broker that was just started; of one that has run for a while, on a machine whose cores fall asleep between the asks, as it is; and
// of the same with its cores kept awake.
import { keepAwake } from './awake.ts';
import { benchHandshakes } from './handshakes.ts';
import type { BenchIssuer } from './jobs.ts';
import { RawClient } from './raw-client.ts';
import { ServeProcess } from './serve-process.ts';
import { median, quantile, table } from './statistics.ts';
import { type OwnTime, Upstreams } from './upstreams.ts';
import { configOf, KIND_NAMES, POLICIES, REPOSITORY } from './upstreams-world.ts';
import { Yardstick } from './yardstick.ts';

const ROUNDS = 400;
const FIRST_ROUNDS = 150;
/** Rounds after the first that don't count: a broker that has run for a while has its hot code compiled. */
const WARM_UP = 850;
/** For all kinds together, the warm-up too; then it is done with fewer rounds, and says so. */
const SECONDS = 60;
const BARE = Buffer.from('GET / HTTP/1.1\r\nHost: bare\r\n\r\n');

interface Sample extends OwnTime {
  readonly kind: string;
  readonly whole: number;
}

interface Measured {
  readonly samples: readonly Sample[];
  /** of a round trip with nothing behind it, less that server's own time */
  readonly trips: readonly number[];
  /** what the machine itself took meanwhile, in words */
  readonly machine: string;
}

export async function benchProviders(issuer: BenchIssuer): Promise<string> {
  const upstreams = await Upstreams.start();
  const server = await ServeProcess.start({
    ...{ issuer: issuer.url, repositories: [REPOSITORY], policies: POLICIES },
    more: configOf(upstreams.addresses, upstreams.directory),
  });
  await upstreams.publish(`http://127.0.0.1:${server.port}`);
  const first = await measure(issuer, upstreams, { port: server.port, rounds: FIRST_ROUNDS });
  await measure(issuer, upstreams, { port: server.port, rounds: WARM_UP });
  const asItIs = await measure(issuer, upstreams, { port: server.port, rounds: ROUNDS });
  const busy = await keepAwake();
  const awake = await measure(issuer, upstreams, { port: server.port, rounds: ROUNDS });
  await busy.stop();
  await server.stop();
  const handshakes = await benchHandshakes(upstreams.addresses.secure);
  await upstreams.stop();
  const reports = [
    `Just started:\n\n${tableOf(first)}`,
    `After a while, as the machine is:\n\n${tableOf(asItIs)}`,
    `The same, with its cores awake:\n\n${tableOf(awake)}`,
    wordsAbout(first, asItIs, awake),
  ];
  return [...reports, handshakes].join('\n\n');
}

interface Rounds {
  readonly port: number;
  readonly rounds: number;
}

/** Each round asks for one of each kind, so that whatever else the machine does happens to all of them. */
async function measure(issuer: BenchIssuer, upstreams: Upstreams, { port, rounds }: Rounds): Promise<Measured> {
  const [broker, bare] = [await RawClient.open(port), await RawClient.open(upstreams.addresses.bare)];
  const [samples, trips]: [Sample[], number[]] = [[], []];
  const yardstick = new Yardstick();
  const end = performance.now() + SECONDS * 1000;
  for (let round = 0; round < rounds && performance.now() < end; round += 1) {
    yardstick.take();
    const trip = await timed(upstreams, bare, BARE);
    trips.push(trip.whole - trip.millis);
    for (const kind of KIND_NAMES) {
      const ask = await issuer.ask(REPOSITORY, `shop/${kind}`);
      samples.push({ kind, ...(await timed(upstreams, broker, ask)) });
    }
  }
  broker.close();
  bare.close();
  const machine = yardstick.read();
  yardstick.close();
  return { samples, trips, machine };
}

async function timed(upstreams: Upstreams, client: RawClient, request: Buffer): Promise<OwnTime & { whole: number }> {
  const began = performance.now();
  const { status, body } = await client.send(request);
  const whole = performance.now() - began;
  if (status !== 200) throw new Error(`an ask was answered with ${status}: ${body}`);
  return { whole, ...(await upstreams.own()) };
}

function tableOf({ samples, trips, machine }: Measured): string {
  const trip = median(trips);
  const rows = KIND_NAMES.map((kind) => {
    const own = samples.filter((sample) => sample.kind === kind);
    const added = own.map(({ whole, millis, calls }) => whole - millis - calls * trip).sort((a, b) => a - b);
    const [calls, whole, theirs] = (['calls', 'whole', 'millis'] as const).map((key) =>
      median(own.map((one) => one[key])),
    );
    const figures = [whole, theirs, ...[0, 0.5, 0.99, 1].map((share) => quantile(added, share))];
    return [kind, String(calls), ...figures.map((value = Number.NaN) => value.toFixed(2))];
  });
  const head = ['kind', 'calls', 'whole p50 ms', 'theirs p50 ms', 'added: least', 'p50', 'p99', 'greatest'];
  return `${table(head, rows)}\n\n${machine}`;
}

function wordsAbout(...all: readonly Measured[]): string {
  const [rounds, trips] = [all.map(({ trips }) => trips.length), all.map(({ trips }) => median(trips).toFixed(2))];
  return [
    `${rounds.join(', ')} issuances of each kind, in turns, one at a time; the goal is 3 ms added, p50`,
    `added is the whole \`POST /v1/token\`, less the time from which the other side (a process of its own) had a whole request until it had sent its answer, less ${trips.join(', ')} ms a call: a bare HTTP round trip on a kept connection to the same process`,
  ].join('\n');
}
