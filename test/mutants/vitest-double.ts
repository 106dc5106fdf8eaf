// What test files import as `vitest` where they run in the process of the mutants: the same words, collected into lists, so that a
// test can be run again and again without being loaded again. Assertions are vitest's own.
import { setTimeout as pause } from 'node:timers/promises';
import { expect, vi } from 'vitest';

type Act = (context: TestContext, ...row: unknown[]) => unknown;

interface TestContext {
  readonly onTestFinished: (act: () => unknown) => void;
}

const HOOKS = ['beforeAll', 'afterAll', 'beforeEach', 'afterEach'] as const;
type Hooks = Readonly<Record<(typeof HOOKS)[number], Act[]>>;

export interface Suite extends Hooks {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly inside: (Suite | Test)[];
  /** its tests, once they are asked for: like vitest, after the whole file was read */
  readonly describe: () => unknown;
}

export interface Test {
  readonly id: string;
  readonly suite: Suite;
  readonly act: (context: TestContext) => unknown;
  readonly timeoutMs: number;
}

const newSuite = (name: string, parent?: Suite, describe: () => unknown = () => undefined): Suite => ({
  ...{ name, parent, describe, inside: [] },
  ...{ beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] },
});

let suite = newSuite('none');
let cleanUps: (() => unknown)[] = [];

/** The tests of a file in their order; `around` has the hooks that are for every file. */
export async function collect(file: string, around: Suite | undefined, load: () => Promise<unknown>): Promise<Suite> {
  const root = newSuite(file, around);
  suite = root;
  await load();
  await describeAll(root);
  return root;
}

async function describeAll(of: Suite): Promise<void> {
  for (const one of of.inside) {
    if ('act' in one) continue;
    suite = one;
    await one.describe();
    await describeAll(one);
  }
}

export const testsOf = (of: Suite): readonly Test[] =>
  of.inside.flatMap((one) => ('act' in one ? [one] : testsOf(one)));

const chainOf = (of: Suite | undefined): readonly Suite[] => (of === undefined ? [] : [...chainOf(of.parent), of]);

/** The file, and the words from there on. */
function idOf(of: Suite, name: string): string {
  const [, file, ...suites] = chainOf(of);
  return `${file?.name}#${[...suites.map((one) => one.name), name].join(' > ')}`;
}

const DEFAULT_TIMEOUT_MS = 20_000;

function addTest(name: string, ...rest: unknown[]): void {
  const act = rest.find((one) => typeof one === 'function') as Act;
  const timeoutMs = (rest.find((one) => typeof one === 'number') as number | undefined) ?? DEFAULT_TIMEOUT_MS;
  const id = idOf(suite, name);
  // Two tests of one name are two tests.
  const same = suite.inside.filter((one) => 'act' in one && one.id.startsWith(id)).length;
  suite.inside.push({ id: same === 0 ? id : `${id} (${same + 1})`, suite, act, timeoutMs });
}

function addSuite(name: string, ...rest: unknown[]): void {
  suite.inside.push(newSuite(name, suite, rest.find((one) => typeof one === 'function') as () => unknown));
}

type Add = (name: string, ...rest: unknown[]) => void;

/** `each` spreads rows that are lists, as vitest does; the row's number stands for the words that vitest would fill in. */
const withEach = (add: Add) =>
  Object.assign(add, {
    each: (rows: readonly unknown[]) => (name: string, act: (...row: unknown[]) => unknown, timeout?: number) => {
      for (const [at, row] of rows.entries())
        add(`${name} [${at}]`, () => act(...(Array.isArray(row) ? row : [row])), timeout);
    },
    for: (rows: readonly unknown[]) => (name: string, act: (...row: unknown[]) => unknown, timeout?: number) => {
      for (const [at, row] of rows.entries()) add(`${name} [${at}]`, (context: unknown) => act(row, context), timeout);
    },
    runIf: (is: unknown) => (is ? add : () => undefined),
    skipIf: (is: unknown) => (is ? () => undefined : add),
  });

export const it = withEach(addTest);
export const test = it;
export const describe = withEach(addSuite);
export const onTestFinished = (act: () => unknown): void => void cleanUps.push(act);
const hook = (name: keyof Hooks) => (act: Act) => void suite[name].push(act);
export const [beforeAll, afterAll, beforeEach, afterEach] = [
  hook('beforeAll'),
  hook('afterAll'),
  hook('beforeEach'),
  hook('afterEach'),
];

/** Asks until it holds, as vitest's own does, which wants to know the worker that it runs in. */
const poll = (read: () => unknown, { timeout = 1_000, interval = 50 } = {}): unknown =>
  new Proxy(
    {},
    {
      get:
        (_, matcher: string) =>
        async (...wanted: unknown[]): Promise<void> => {
          const end = performance.now() + timeout;
          for (;;)
            try {
              const is = expect(await read()) as unknown as Readonly<Record<string, (...wanted: unknown[]) => void>>;
              return is[matcher]?.(...wanted);
            } catch (error) {
              if (performance.now() >= end) throw error;
              await pause(interval);
            }
        },
    },
  );
Object.assign(expect, { poll });

export { expect, vi };

/** Runs tests until one fails, and says which and why. */
export class Running {
  readonly #started = new Set<Suite>();

  /** Undefined where it passes. */
  async run(one: Test): Promise<string | undefined> {
    const chain = chainOf(one.suite);
    const context: TestContext = { onTestFinished };
    cleanUps = [];
    const failures: string[] = [];
    const attempt = async (act: () => unknown): Promise<void> => {
      try {
        await within(one.timeoutMs, act);
      } catch (error) {
        failures.push(String((error as Error)?.message ?? error));
      }
    };
    await attempt(async () => {
      for (const of of chain) await this.#start(of, context);
      for (const of of chain) for (const act of of.beforeEach) await act(context);
      await one.act(context);
    });
    for (const of of chain.toReversed()) for (const act of of.afterEach) await attempt(() => act(context));
    for (const act of cleanUps.toReversed()) await attempt(act);
    return failures[0];
  }

  async #start(of: Suite, context: TestContext): Promise<void> {
    if (this.#started.has(of)) return;
    this.#started.add(of);
    for (const act of of.beforeAll) await act(context);
  }

  /** What ends with the last test. */
  async end(): Promise<void> {
    for (const of of this.#started)
      for (const act of of.afterAll) await Promise.resolve(act({ onTestFinished })).catch(() => undefined);
  }
}

async function within(ms: number, act: () => unknown): Promise<unknown> {
  const result = act();
  if (!(result instanceof Promise)) return result;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
