// After the first test that fails, the test files that are left are not even loaded: that takes longer than most tests.
import { beforeEach, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Stryker's, unlike in each run; there is none in the first, which changes nothing */
    readonly activeMutant?: string;
  }
}

const mutant = inject('activeMutant');
const noticed = globalThis as { mutantNoticed?: string };

if (mutant !== undefined && noticed.mutantNoticed === mutant) throw new Error('a test in an earlier file failed');

beforeEach(({ onTestFailed }) => {
  onTestFailed(() => {
    if (mutant !== undefined) noticed.mutantNoticed = mutant;
  });
});
