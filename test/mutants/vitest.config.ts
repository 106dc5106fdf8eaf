// How the tests run against mutants: those of one area alone, in the same order and with the same random inputs each time, so
// that what survives today survives tomorrow. Properties are left out: they take most of the time, and what no example notices
// is not described by the tests that people read.
import { defineConfig } from 'vitest/config';
import { NearestFirst } from './nearest-first.ts';

export default defineConfig({
  test: {
    include: (process.env['MUTANTS_TESTS'] ?? '').split(' '),
    exclude: ['test/**/*-properties.test.ts'],
    setupFiles: ['test/mutants/stop-at-first.ts', 'test/support/no-network.ts', 'test/mutants/same-inputs.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // One worker for all files of a run: half the time, and each run has fresh modules all the same.
    isolate: false,
    sequence: { shuffle: false, sequencer: NearestFirst },
  },
});
