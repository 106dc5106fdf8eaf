// Runs tests against mutants in one process: files are loaded once, and each mutant switches itself on in the code that is there.
// Only what is read at import (static mutants) is loaded anew. That takes a hundredth of a run of vitest a mutant.
//
// What one mutant leaves behind must not be held against the next: a test that fails is run again without the mutant, and where it
// fails then too, everything is loaded anew and asked once more; and what survives is asked again of code that was just loaded.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, matchesGlob } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collect, Running, type Suite, type Test, testsOf } from './vitest-double.ts';

const DOUBLE = new URL('./vitest-double.ts', import.meta.url).href;
const SETUP = ['test/support/no-network.ts', 'test/mutants/same-inputs.ts'];
const NOT = (process.env['MUTANTS_NOT'] ?? '').split(' ');

/** What Stryker puts into the code it changes looks at this. */
interface Switchboard {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: unknown;
}
const switchboard: Switchboard = {};
(globalThis as unknown as { __stryker__?: Switchboard }).__stryker__ = switchboard;

/** Files loaded together, once: what they import is theirs alone. */
class Loading {
  static #count = 0;
  readonly #name = `loading=${Loading.#count++}`;
  readonly #files = new Map<string, readonly Test[]>();
  #around: Suite | undefined;

  async testsOf(file: string): Promise<readonly Test[]> {
    this.#around ??= await collect('setup', undefined, async () => {
      for (const one of SETUP) await this.#import(one);
    });
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const tests = testsOf(await collect(file, this.#around, () => this.#import(file)));
    this.#files.set(file, tests);
    return tests;
  }

  #import(file: string): Promise<unknown> {
    return import(`${pathToFileURL(join(process.cwd(), file)).href}?${this.#name}`);
  }
}

const fileOf = (id: string): string => id.slice(0, id.indexOf('#'));

interface Run {
  readonly mutant: string | undefined;
  readonly isStatic: boolean;
  /** in their order */
  readonly ids: readonly string[];
}

type Failure = { readonly id: string; readonly message: string } | undefined;

/** Beside the changed code: a run that never ends is killed, and who comes after it must know the tests too. */
const TIMES = 'test-times.json';

class InProcessRunner {
  #warm = new Loading();
  /** of every test, in milliseconds */
  #times = new Map<string, number>();
  /** The file that noticed the mutant before: likely it notices the next one too, and then the others need not be loaded. */
  #noticedBefore = '';

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    const root = pathToFileURL(`${process.cwd()}/`).href;
    registerHooks({
      resolve(specifier, context, nextResolve) {
        const parent = context.parentURL ?? '';
        if (specifier === 'vitest' && parent.startsWith(root) && !parent.includes('/node_modules/'))
          return { url: DOUBLE, format: 'module-typescript', shortCircuit: true };
        const resolved = nextResolve(specifier, context);
        const loading = /\?loading=\d+$/.exec(parent)?.[0];
        const isOurs = resolved.url.startsWith(root) && !resolved.url.includes('/node_modules/');
        return isOurs && loading !== undefined && !resolved.url.includes('?')
          ? { ...resolved, url: `${resolved.url}${loading}` }
          : resolved;
      },
    });
    process.on('unhandledRejection', () => undefined);
    if (existsSync(TIMES)) this.#times = new Map(JSON.parse(readFileSync(TIMES, 'utf8')) as [string, number][]);
  }

  async dryRun() {
    this.#switch(undefined);
    const files = globSync((process.env['MUTANTS_TESTS'] ?? '').split(' '))
      .filter((file) => !NOT.some((one) => matchesGlob(file, one)))
      .sort();
    const results = [];
    const running = new Running();
    for (const file of files)
      for (const test of await this.#warm.testsOf(file)) {
        const start = performance.now();
        switchboard.currentTestId = test.id;
        const failureMessage = await running.run(test);
        switchboard.currentTestId = undefined;
        const timeSpentMs = performance.now() - start;
        this.#times.set(test.id, timeSpentMs);
        const named = {
          id: test.id,
          name: test.id.slice(file.length + 1),
          timeSpentMs,
          fileName: join(process.cwd(), file),
        };
        results.push(failureMessage === undefined ? { ...named, status: 0 } : { ...named, status: 1, failureMessage });
      }
    await running.end();
    writeFileSync(TIMES, JSON.stringify([...this.#times]));
    return { status: 'complete', tests: results, mutantCoverage: switchboard.mutantCoverage };
  }

  async mutantRun(options: {
    readonly testFilter?: readonly string[];
    readonly hitLimit?: number;
    readonly activeMutant: { readonly id: string };
    readonly sandboxFileName: string;
    readonly mutantActivation: 'runtime' | 'static';
  }) {
    const all = options.testFilter ?? [...this.#times.keys()];
    const own = options.sandboxFileName.replace(/^.*\/((?:broker|shared)\/.*)\.ts$/, 'test/$1');
    const rank = (id: string): number => (id.startsWith(own) ? 0 : fileOf(id) === this.#noticedBefore ? 1 : 2);
    const ids = [...all].sort((a, b) => rank(a) - rank(b) || (this.#times.get(a) ?? 0) - (this.#times.get(b) ?? 0));
    const run: Run = { mutant: options.activeMutant.id, isStatic: options.mutantActivation === 'static', ids };
    [switchboard.hitCount, switchboard.hitLimit] = [0, options.hitLimit];
    const failed = await this.#failureOf(run);
    const hits = switchboard.hitCount ?? 0;
    this.#switch(undefined);
    if (options.hitLimit !== undefined && hits > options.hitLimit)
      return { status: 'timeout', reason: `Hit limit reached (${hits}/${options.hitLimit})` };
    if (failed !== undefined) this.#noticedBefore = fileOf(failed.id);
    const nrOfTests = ids.length;
    return failed === undefined
      ? { status: 'survived', nrOfTests }
      : { status: 'killed', killedBy: [failed.id], failureMessage: failed.message, nrOfTests };
  }

  async #failureOf(run: Run): Promise<Failure> {
    if (run.isStatic) return this.#firstFailure(run, new Loading());
    const failed = await this.#firstFailure(run, this.#warm);
    if (failed === undefined) return this.#firstFailure(run, new Loading());
    const again = await this.#firstFailure({ mutant: undefined, isStatic: false, ids: [failed.id] }, this.#warm);
    if (again === undefined) return failed;
    this.#warm = new Loading();
    return this.#firstFailure(run, this.#warm);
  }

  async #firstFailure({ mutant, isStatic, ids }: Run, loading: Loading): Promise<Failure> {
    const running = new Running();
    if (isStatic) this.#switch(mutant);
    try {
      for (const id of ids) {
        if (!isStatic) this.#switch(undefined);
        const tests = await loading.testsOf(fileOf(id));
        this.#switch(mutant);
        const test = tests.find((one) => one.id === id);
        const message = test === undefined ? 'the test is not there' : await running.run(test);
        if (message !== undefined) return { id, message };
      }
      return undefined;
    } catch (error) {
      // A file that can no longer be loaded.
      return { id: ids[0] ?? '', message: String((error as Error)?.message ?? error) };
    } finally {
      await running.end();
    }
  }

  #switch(mutant: string | undefined): void {
    switchboard.activeMutant = mutant;
  }
}

export const factory = Object.assign(() => new InProcessRunner(), { inject: [] });

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', factory }];
