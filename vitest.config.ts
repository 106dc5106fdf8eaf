// How the tests run: real servers on loopback only, everything else of the network shut for the tests
// themselves (test/support/no-network.ts); the processes that they start are given loopback addresses only.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/no-network.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // One second, as it is by itself, is what a busy machine takes to open a page.
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
    maxWorkers: 2,
    sequence: { shuffle: { files: true, tests: true } },
  },
});
