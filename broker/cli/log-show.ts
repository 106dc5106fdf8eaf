// `log show`: entries as people read them, or as they are.
import { inertLine } from '../../shared/invisible.ts';
import { named } from '../issuance/access-answers.ts';
import type { LogEntryRow, PersonalField } from '../store/log-tables.ts';
import type { Tables } from '../store/store.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'log show',
  summary: 'show entries of the issuance log',
  usage: 'log show [--request ID | --fingerprint HEX] [--last N]',
  about:
    'Shows the newest entries, or all entries of one request, with the personal fields that the store still has. A request is found by its own id, by the issuance (the `jti` of a JWT) or by the lease; and by the SHA-256 of its credential, which says whether what turned up somewhere was issued here. It reads and proves nothing: `log verify` does.',
  examples: [
    'buildpass log show --last 50',
    'buildpass log show --request iss_…',
    'buildpass log show --fingerprint "$(printf %s "$TOKEN" | sha256sum | cut -c1-64)"',
    'buildpass log show --json',
  ],
  options: {
    request: { type: 'string', value: 'ID', about: 'only the entries of this request, or of this issuance or lease' },
    fingerprint: { type: 'string', value: 'HEX', about: 'only those of the request whose credential has this SHA-256' },
    last: { type: 'string', value: 'N', about: 'how many of the newest entries (default 20)' },
  },
  async run(context) {
    const wanted = wantedBy(context);
    const shown = await withStoreReader(context.configFile, (reader) =>
      reader.read(async (tx) => {
        const rows = await rowsOf(tx, wanted);
        return Promise.all(
          rows.map(async (row) => ({
            row,
            personal: await tx.log.personalOf({ start: row.entry_index, end: row.entry_index + 1 }),
          })),
        );
      }),
    );
    if (context.json)
      context.io.out(
        JSON.stringify(
          shown.map(({ row, personal }) => ({
            index: row.entry_index,
            entry: JSON.parse(row.leaf),
            personal: opened(personal),
          })),
          null,
          2,
        ),
      );
    else for (const { row, personal } of shown) context.io.out(inertLine(line(row, personal)));
    if (shown.length === 0)
      context.io.err(
        wanted.fingerprint === undefined
          ? 'There are no such entries.'
          : 'Nothing with this fingerprint was issued, so far as this log goes.',
      );
    return shown.length === 0 ? 1 : 0;
  },
};

interface Wanted {
  readonly request: string | undefined;
  readonly fingerprint: string | undefined;
  readonly count: number;
}

function wantedBy(context: CommandContext): Wanted {
  const [request, fingerprint] = [context.option('request'), context.option('fingerprint')];
  if (request !== undefined && fingerprint !== undefined)
    throw new UsageError('only one of --request or --fingerprint: which is meant?');
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/.test(fingerprint))
    // What was meant may be the credential itself, and does not belong on a screen.
    throw new UsageError(
      '--fingerprint is no SHA-256: write its 64 hex digits in lower case, and never the credential',
    );
  return { request, fingerprint, count: countOf(context) };
}

async function rowsOf(tx: Tables, { request, fingerprint, count }: Wanted): Promise<readonly LogEntryRow[]> {
  const id = fingerprint === undefined ? request : await issuedWith(tx, fingerprint);
  if (id !== undefined) return tx.log.entriesOfRequest(await requestOf(tx, id));
  return fingerprint === undefined ? newest(tx.log, count) : [];
}

const LOOKED_AT_ONCE = 5_000;

/** The request that got it, looked for from the newest entry back: what turns up is seldom old. */
async function issuedWith({ log }: Tables, fingerprint: string): Promise<string | undefined> {
  for (let { size: end } = await log.head(); end > 0; end -= LOOKED_AT_ONCE) {
    for (const { leaf } of await log.entries({ start: Math.max(0, end - LOOKED_AT_ONCE), end })) {
      if (!leaf.includes(fingerprint)) continue;
      const entry = JSON.parse(leaf) as { fingerprint?: string; request_id: string };
      if (entry.fingerprint === fingerprint) return entry.request_id;
    }
  }
  return undefined;
}

/** The request that an issuance or a lease belongs to; any other id stands for itself. */
async function requestOf(tx: Tables, id: string): Promise<string> {
  const owner = id.startsWith('iss_') ? await tx.issuances.find(id) : await tx.leases.find(id);
  return owner?.request_id ?? id;
}

async function newest(
  log: {
    head(): Promise<{ size: number }>;
    entries(range: { start: number; end: number }): Promise<readonly LogEntryRow[]>;
  },
  count: number,
): Promise<readonly LogEntryRow[]> {
  const { size } = await log.head();
  return log.entries({ start: Math.max(0, size - count), end: size });
}

function countOf(context: CommandContext): number {
  const text = context.option('last') ?? '20';
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new UsageError(`--last "${text}" is not a number of entries`);
  return Number(text);
}

const opened = (personal: readonly PersonalField[]): Record<string, string> =>
  Object.fromEntries(personal.map(({ field, value }) => [field, value]));

/** Of an order what it names: a pause of one entitlement is none of its project. */
function whatOf({ scope, target, project, entitlement }: Record<string, unknown>): unknown {
  if (typeof scope === 'string') return named({ scope, target: String(target) });
  return entitlement === undefined ? project : `${project}/${entitlement}`;
}

/** Who ordered it, and why. */
function orderOf({ scope, by }: Record<string, unknown>, { reason }: Record<string, string>): string | undefined {
  if (scope === undefined) return undefined;
  return `by ${by === 'operator' ? 'the operator at the machine' : by}${reason === undefined ? '' : `: "${reason}"`}`;
}

/** One line: index, time, type, and the words that matter for the type. */
function line(row: LogEntryRow, personal: readonly PersonalField[]): string {
  const entry = JSON.parse(row.leaf) as Record<string, unknown>;
  const people = opened(personal);
  const { requester_name: who, requester } = people;
  const parts = [
    whatOf(entry),
    orderOf(entry, people),
    entry['decision'],
    Array.isArray(entry['reasons'])
      ? [...new Set(entry['reasons'].map((reason: { code: string }) => reason.code))].join(', ')
      : undefined,
    Array.isArray(entry['loosened']) ? `loosened: ${entry['loosened'].join('; ')}` : undefined,
    who === undefined ? undefined : `asked by ${who} (${requester})`,
    entry['issuance_id'],
    entry['lease_id'],
    entry['request_id'],
  ];
  return [
    String(row.entry_index).padStart(6),
    String(entry['time']),
    row.type.padEnd(22),
    ...parts.filter((part) => part !== undefined && part !== ''),
  ].join('  ');
}
