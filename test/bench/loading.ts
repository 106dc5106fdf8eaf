// What a load of large policies takes, and what those notice who ask meanwhile: a broker with 100,000 entitlements answers a
// hundred asks a second while one file, the organization's, and every file changes. Every wait has an end and says what for it was.
import { askControl } from '../../broker/cli/ask-control.ts';
import { inTime } from './in-time.ts';
import { type BenchIssuer, REPOSITORIES, repositoryId } from './jobs.ts';
import { largePolicies } from './large-policies.ts';
import { openLoop } from './load.ts';
import { ServeProcess } from './serve-process.ts';
import { quantile, table } from './statistics.ts';

const RATE = 100;
const SHOP =
  '  shop: { owner: octo-org/platform, may-offer: [ { kind: jwt, audiences: [ https://previews.example.com ] } ] }\n';

interface Change {
  readonly what: string;
  /** how long to ask */
  readonly seconds: number;
  readonly edit: (server: ServeProcess, documents: Documents) => void;
}

type Documents = ReturnType<typeof largePolicies>;

const RELOAD_SECONDS = 600;

const CHANGES: readonly Change[] = [
  { what: 'nothing changed', seconds: 5, edit: () => undefined },
  {
    what: 'one file',
    seconds: 5,
    edit: (server, documents) => server.writePolicy('p3.yaml', edited(documents, 'p3.yaml')),
  },
  {
    what: 'the organization: one more team',
    seconds: 5,
    edit: (server, documents) => server.writePolicy('_organization.yaml', edited(documents, '_organization.yaml')),
  },
  {
    what: 'the organization: a guardrail that concerns every entitlement',
    seconds: 10,
    edit: (server, documents) =>
      server.writePolicy(
        '_organization.yaml',
        `${textOf(documents, '_organization.yaml')}guardrails: { longest-ttl: { low: 2h } }\n`,
      ),
  },
  {
    what: 'every file',
    seconds: 60,
    edit: (server, documents) => {
      for (const { file, text } of documents) server.writePolicy(file, `${text}# once more\n`);
    },
  },
];

const textOf = (documents: Documents, file: string): string => documents.find((one) => one.file === file)?.text ?? '';
const edited = (documents: Documents, file: string): string =>
  file === '_organization.yaml'
    ? textOf(documents, file).replace('teams: {', 'teams: { octo-org/new: { github: "4711" },')
    : textOf(documents, file).replace('title: P', 'title: Another');

export async function benchLoading(issuer: BenchIssuer, entitlements: number): Promise<string> {
  const documents = largePolicies(entitlements, SHOP);
  const began = performance.now();
  const server = await ServeProcess.start({
    issuer: issuer.url,
    repositories: Array.from({ length: REPOSITORIES }, (_, at) => repositoryId(at)),
    more: 'limits: { requests-per-repository: 1000000/s, refused-share: 1 }\nlog: { anchor-file: ./anchor }',
    policies: documents,
  });
  const cold = (performance.now() - began) / 1000;
  const rows: string[][] = [];
  for (const change of CHANGES) rows.push(await measure(issuer, server, { ...change, documents }));
  const memory = await server.residentMemory();
  await server.stop();
  const head = [
    'what changed',
    'seconds until in force',
    'event loop late by, p99 / most, ms',
    'asks: p50 / p99 / most, ms',
  ];
  return [
    `a start with ${entitlements} entitlements that the store does not have yet: ${cold.toFixed(1)} s until it serves`,
    '',
    table(head, rows),
    '',
    `resident memory at the end ${(memory / 1e6).toFixed(0)} MB`,
  ].join('\n');
}

async function measure(
  issuer: BenchIssuer,
  server: ServeProcess,
  { what, seconds, edit, documents }: Change & { documents: Documents },
): Promise<string[]> {
  const asks = await issuer.asks(seconds * RATE);
  edit(server, documents);
  // Delays are counted from one look to the next.
  await server.metric(LATE('1'));
  const began = performance.now();
  const asked = askControl(server.storePath, 'POST /policy/reload');
  const reloading = inTime(`the end of the reload (${what})`, RELOAD_SECONDS, asked).then(async (reloaded) => {
    const took = (performance.now() - began) / 1000;
    const late = await server.metrics(LATE('0.99'), LATE('1'));
    if ((reloaded as { outcome: string }).outcome !== 'in-force')
      throw new Error(JSON.stringify(reloaded).slice(0, 500));
    return { took, late: late.map((one) => (one * 1000).toFixed(0)).join(' / ') };
  });
  // Together: a reload that fails ends the run at once.
  const [{ latencies, refused }, { took, late }] = await Promise.all([openLoop(server.port, asks, RATE), reloading]);
  const ms = [quantile(latencies, 0.5), quantile(latencies, 0.99), latencies.at(-1) ?? Number.NaN];
  const noticed = [ms.map((one) => one.toFixed(0)).join(' / '), ...[...refused].map(saying)].join(', ');
  return [what, took.toFixed(2), late, noticed];
}

/** A connection that was not kept counts as status 0. */
const saying = ([status, number]: readonly [number, number]): string => `${number} refused with ${status}`;

const LATE = (quantileName: string): string => `buildpass_event_loop_delay_seconds{quantile="${quantileName}"}`;
