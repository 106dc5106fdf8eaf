// A mutant that only some random input kills must not survive one run in two; and few inputs do, where each mutant waits for all.
import fc from 'fast-check';

fc.configureGlobal({ seed: 20_261_130, numRuns: 10, endOnFailure: true });
