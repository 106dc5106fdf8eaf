// Verifies a whole log, wherever it is read from: every leaf hashed again, every personal field against its commitment, every
// checkpoint's signature and root, every tile, and every row beside the log against what its entries come to. What is held
// from outside (a pinned key, an earlier checkpoint, receipt or anchor) shows truncation, rollback and forks, which a log
// that agrees with itself cannot. It streams: what it holds at a time does not grow with the log.
import { KEPT_TABLE_NAMES } from '../../shared/kept-rows.ts';
import { type Receipt, readUnsignedReceipt, type UnsignedReceipt } from '../../shared/receipt.ts';
import type { NoteVerifier } from '../../shared/signed-note.ts';
import { checkEntry, type KnownFields, readEntry, type Said } from './check-entry.ts';
import { compareRows } from './compare-rows.ts';
import { Erasures } from './erasures.ts';
import { KeyChain, type KeyReport } from './key-chain.ts';
import { type Batch, type LogSource, Unreadable } from './log-source.ts';
import { partsOf } from './parts.ts';
import { Replay } from './replay.ts';
import { type EarlierState, TreeWalk } from './tree-walk.ts';
import { verifierKeyOf } from './verifier-key.ts';

export interface LogReport {
  readonly size: number;
  /** base64 of the root over all leaves as they are now */
  readonly root: string;
  readonly checkpoints: number;
  /** rows beside the log that were compared with it */
  readonly rows: number;
  /** those that sign its checkpoints, in the order in which they were made */
  readonly keys: readonly KeyReport[];
  /** each one sentence, in the order of the log; empty when everything holds */
  readonly problems: readonly string[];
  /** what is no problem and should be known: erased fields, a clock that was set back */
  readonly notes: readonly string[];
}

export interface VerifyOptions {
  readonly verifiers: readonly NoteVerifier[];
  readonly earlier: readonly EarlierState[];
  /** whether an entry has the fields of its type; without it only the form that all share is checked */
  readonly knownFields?: KnownFields;
  /** how long a log may be before it is told in parts */
  readonly entriesAtOnce?: number;
}

const ENOUGH = 100;
const ENTRIES_AT_ONCE = 250_000;
const SET_BACK_MS = 60_000;

export async function verifyLog(source: LogSource, options: VerifyOptions): Promise<LogReport> {
  const verification = new Verification(source, options);
  await verification.run();
  return verification.result();
}

class Verification {
  readonly #problems: string[] = [];
  readonly #notes: string[] = [];
  readonly #erasures = new Erasures();
  readonly #keys: KeyChain;
  readonly #walk: TreeWalk;
  readonly #source: LogSource;
  readonly #knownFields: KnownFields;
  readonly #entriesAtOnce: number;
  #rows = 0;
  #lastTime = 0;

  constructor(source: LogSource, options: VerifyOptions) {
    const { verifiers, earlier, knownFields = () => true, entriesAtOnce = ENTRIES_AT_ONCE } = options;
    this.#source = source;
    this.#knownFields = knownFields;
    this.#entriesAtOnce = entriesAtOnce;
    this.#keys = new KeyChain(verifiers);
    this.#walk = new TreeWalk({ keys: this.#keys, earlier, report: this.#report });
  }

  readonly #report = (problem: string): void => {
    if (this.#problems.length < ENOUGH) this.#problems.push(problem);
  };

  readonly #note = (note: string): void => {
    if (this.#notes.length < ENOUGH) this.#notes.push(note);
  };

  async run(): Promise<void> {
    const parts = partsOf(this.#source.has === 'everything' ? await this.#sizeClaimed() : 0, this.#entriesAtOnce);
    // A long log is told in parts, each with another share of the requests, so that no more rows are in hand than fit.
    for (const [at, isOurs] of parts.entries()) {
      const replay = new Replay({ isOurs, report: this.#report, isFirst: at === 0 });
      if (at === 0) await this.#verifyTree(replay);
      else await this.#reading(() => this.#tellAgain(replay));
      if (this.#source.has === 'everything') await this.#reading(() => this.#compare(replay));
    }
  }

  async #verifyTree(replay: Replay): Promise<void> {
    await this.#reading(() => this.#followKeys());
    await this.#reading(() => this.#walkWith(replay));
    await this.#reading(() => this.#finishTree());
    if (this.#source.has === 'hashes' || this.#walk.size === 0) return;
    await this.#reading(async () => this.#compareKeys(replay, await this.#source.keys()));
  }

  result(): LogReport {
    const { size, root, checkpoints } = this.#walk;
    const { problems, notes } = { problems: this.#problems, notes: this.#notes };
    const keys = this.#keys.report();
    return { size, root: root.toString('base64'), checkpoints, rows: this.#rows, keys, problems, notes };
  }

  /** What cannot be read is a finding about the log, and no reason not to look at the rest. */
  async #reading(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (error instanceof Unreadable) return this.#report(error.message);
      throw error;
    }
  }

  async #sizeClaimed(): Promise<number> {
    let size = 0;
    await this.#reading(async () => {
      size = await this.#source.size();
    });
    return size;
  }

  /** Where there are no entries: those that change the log's keys are published with their proofs. */
  async #followKeys(): Promise<void> {
    const proven = (await this.#source.keyChanges()).map(proofOfChange);
    for (const [note, changes] of Map.groupBy(proven, ({ checkpoint }) => checkpoint)) {
      for (const { entry, index } of changes) {
        const { type, ...fields } = entry as { type: string };
        this.#keys.hear({ type, fields, index });
      }
      const { head } = orUnreadable('the checkpoint over a change of keys', () => this.#keys.open(note));
      this.#walk.expect({ what: `the change of keys by entry ${changes[0]?.index}`, size: head.size, root: head.root });
    }
  }

  async #walkWith(replay: Replay): Promise<void> {
    for await (const batch of this.#source.batches()) {
      this.#addBatch(batch, replay);
      await this.#walk.compareTiles(this.#source);
    }
  }

  #addBatch({ start, leaves, openings, checkpoints }: Batch, replay: Replay): void {
    const opened = Map.groupBy(openings, (opening) => opening.entry_index);
    const signed = new Map(checkpoints.map((checkpoint) => [checkpoint.size, checkpoint]));
    for (const [at, kept] of leaves.entries()) {
      const index = start + at;
      const checkpoint = signed.get(index + 1);
      const { leaf } = kept;
      if (leaf === undefined) {
        this.#walk.add(kept.hash, { checkpoint, time: undefined });
        continue;
      }
      const checked = checkEntry({ ...kept, leaf, index }, opened.get(index) ?? [], this.#knownFields);
      if (checked.problem !== undefined) this.#report(`entry ${index}: ${checked.problem}`);
      if (checked.said !== undefined) this.#keys.hear(checked.said);
      this.#walk.add(checked.hash, { checkpoint, time: checked.said?.time });
      if (checked.said !== undefined) this.#hear(checked.said, checked.gone, replay);
    }
  }

  #hear(said: Said, gone: readonly string[], replay: Replay): void {
    this.#erasures.hear(said, gone, this.#report);
    if (said.time < this.#lastTime - SET_BACK_MS)
      this.#note(
        `entry ${said.index} is ${Math.round((this.#lastTime - said.time) / 1000)} seconds earlier than the one before it: the clock was set back`,
      );
    this.#lastTime = said.time;
    replay.tell(said);
  }

  async #finishTree(): Promise<void> {
    const { size, edge } = this.#walk;
    for (const problem of await this.#source.strays({ size, edge })) this.#report(problem);
    for (const problem of this.#erasures.unsaid()) this.#report(problem);
    for (const note of [...this.#erasures.notes(), ...this.#keys.notes()]) this.#note(note);
    await this.#walk.finish(this.#source);
  }

  /** The keys that the log names as its own must be those that it says were created. */
  #compareKeys(replay: Replay, named: readonly string[]): void {
    const created = replay.logKeys().map((pem) => verifierKeyOf(this.#walk.origin ?? '', pem));
    const other = named.find((key) => !created.includes(key)) ?? created.find((key) => !named.includes(key));
    if (other !== undefined || named.length !== created.length)
      this.#report(
        `the verifier keys beside the log are not those that it says were created${other === undefined ? '' : `: ${other}`}`,
      );
  }

  async #tellAgain(replay: Replay): Promise<void> {
    for await (const { start, leaves, openings } of this.#source.batches()) {
      const opened = Map.groupBy(openings, (opening) => opening.entry_index);
      for (const [at, { leaf }] of leaves.entries()) {
        const said = leaf && readEntry({ leaf, index: start + at }, opened.get(start + at) ?? []);
        if (said !== undefined) replay.tell(said);
      }
    }
  }

  async #compare(replay: Replay): Promise<void> {
    // Keys are made before the log begins, and its first entries are of them.
    const tables = KEPT_TABLE_NAMES.filter((table) => table !== 'signing_keys' || this.#walk.size > 0);
    this.#rows += await compareRows(this.#source, tables, replay);
  }
}

const proofOfChange = (receipt: Receipt): UnsignedReceipt =>
  orUnreadable('the proof of a change of keys', () => readUnsignedReceipt(receipt));

function orUnreadable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Unreadable(`${what} does not hold: ${(error as Error).message}`);
  }
}
