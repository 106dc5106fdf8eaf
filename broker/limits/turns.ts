// Whose turn it is: a bounded queue before the work, one line for each repository, served in rotation. A repository that asks
// ten times as much as the others waits in its own line; what could not be served in time is refused at once.
// The key must be verified: whoever could choose it would wait in somebody else's line.
import type { Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';

export interface Turns {
  /**
   * Does the work in its turn, which ends with it, or before: work that goes on to wait for somebody else calls `leave`, so
   * that others are not held up.
   * @throws BrokerError OVERLOADED where its turn would come too late
   */
  take<T>(key: string, work: (leave: () => void) => Promise<T>): Promise<T>;
  /** @throws BrokerError OVERLOADED where no line has room left: before anything dear is done for a caller */
  refuseWhenFull(): void;
  readonly running: number;
  readonly waiting: number;
}

export interface TurnsOptions {
  /** monotonic */
  readonly elapsed: () => Millis;
  readonly onRejected?: () => void;
  /** at once, of all */
  readonly maxRunning?: number;
  readonly maxWaiting?: number;
  readonly maxWait?: Millis;
}

/** Who asks once a while is rarely there at the same moment as the noisy one, and still must not find all room taken. */
const LATELY_MS: Millis = 250;
/** However many lines there are. */
const LEAST_SHARE = 2;

interface Waiting {
  readonly since: Millis;
  readonly start: () => void;
  readonly reject: (error: BrokerError) => void;
}

interface Line {
  readonly key: string;
  /** since when nobody is in it */
  idleSince: Millis;
  running: number;
  readonly waiting: Waiting[];
}

export function createTurns(options: TurnsOptions): Turns {
  return new TurnQueue(options);
}

class TurnQueue implements Turns {
  readonly #options: Required<TurnsOptions>;
  readonly #lines = new Map<string, Line>();
  /** those with nobody in them, the longest so first */
  readonly #idle = new Set<Line>();
  /** lines with somebody waiting, the next one first */
  readonly #rotation: Line[] = [];
  running = 0;
  waiting = 0;
  /** between two that ended while somebody waited, smoothed */
  #interval: Millis = 1;
  #endedAt: Millis | undefined;

  constructor(options: TurnsOptions) {
    const defaults = { maxRunning: 32, maxWaiting: 1024, maxWait: 2_000 };
    this.#options = { onRejected: () => undefined, ...defaults, ...options };
  }

  async take<T>(key: string, work: (leave: () => void) => Promise<T>): Promise<T> {
    const line = this.#lineOf(key);
    if (line.waiting.length > 0 || !this.#mayRun(line)) await this.#wait(line);
    else this.#start(line);
    let left = false;
    const leave = (): void => {
      if (!left) this.#end(line);
      left = true;
    };
    try {
      return await work(leave);
    } finally {
      leave();
    }
  }

  refuseWhenFull(): void {
    if (this.waiting >= this.#options.maxWaiting) throw this.#overloaded(this.#options.maxWait);
  }

  #lineOf(key: string): Line {
    this.#forgetIdle();
    const known = this.#lines.get(key);
    if (known !== undefined) {
      this.#idle.delete(known);
      return known;
    }
    const line = { key, idleSince: 0, running: 0, waiting: [] };
    this.#lines.set(key, line);
    return line;
  }

  /** A line may have its share of what runs at once, of all lines that had somebody in them lately; alone it may have all. */
  #mayRun(line: Line): boolean {
    const { maxRunning } = this.#options;
    const share = Math.max(LEAST_SHARE, Math.floor(maxRunning / this.#lines.size));
    return this.running < maxRunning && line.running < share;
  }

  #start(line: Line): void {
    line.running += 1;
    this.running += 1;
  }

  #wait(line: Line): Promise<void> {
    const lines = Math.max(1, this.#rotation.length + (line.waiting.length === 0 ? 1 : 0));
    const expected = (line.waiting.length + 1) * lines * this.#interval;
    // No line may take more than half of the room that is left, so that there is always some for another.
    const full = line.waiting.length >= this.#options.maxWaiting - this.waiting;
    if (full || expected > this.#options.maxWait) {
      this.#closeIdle(line);
      return Promise.reject(this.#overloaded(expected));
    }
    if (line.waiting.length === 0) this.#rotation.push(line);
    this.waiting += 1;
    return new Promise((start, reject) => {
      line.waiting.push({ since: this.#options.elapsed(), start, reject });
    });
  }

  #end(line: Line): void {
    line.running -= 1;
    this.running -= 1;
    if (this.waiting > 0) this.#next();
    else this.#endedAt = undefined;
    this.#closeIdle(line);
  }

  #closeIdle(line: Line): void {
    if (line.running > 0 || line.waiting.length > 0) return;
    line.idleSince = this.#options.elapsed();
    this.#idle.add(line);
  }

  /** What is kept of a key ends soon after its last work: strangers cannot fill the memory with keys. */
  #forgetIdle(): void {
    const before = this.#options.elapsed() - LATELY_MS;
    for (const line of this.#idle) {
      if (line.idleSince > before) return;
      this.#idle.delete(line);
      this.#lines.delete(line.key);
    }
  }

  #next(): void {
    const now = this.#options.elapsed();
    if (this.#endedAt !== undefined) this.#interval += (now - this.#endedAt - this.#interval) / 16;
    this.#endedAt = now;
    this.#forgetIdle();
    // Round after round, until there is no room left or no line may have more of it.
    for (let passed = 0; passed < this.#rotation.length && this.running < this.#options.maxRunning; ) {
      const line = this.#rotation.shift();
      if (line === undefined) return;
      const may = this.#mayRun(line);
      if (may) this.#startFirst(line, now);
      passed = may ? 0 : passed + 1;
      if (line.waiting.length > 0) this.#rotation.push(line);
      else this.#closeIdle(line);
    }
  }

  /** Whoever waited too long is told so instead: it has long asked again, or given up. */
  #startFirst(line: Line, now: Millis): void {
    for (let first = line.waiting.shift(); first !== undefined; first = line.waiting.shift()) {
      this.waiting -= 1;
      if (now - first.since <= this.#options.maxWait) {
        this.#start(line);
        first.start();
        return;
      }
      first.reject(this.#overloaded(now - first.since));
    }
  }

  #overloaded(wait: Millis): BrokerError {
    this.#options.onRejected();
    const retryAfter = Math.max(1, Math.ceil(wait / 1000));
    return new BrokerError(
      'OVERLOADED',
      `More is being asked than can be answered in time. Ask again in ${retryAfter} s.`,
      {
        retryAfter,
      },
    );
  }
}
