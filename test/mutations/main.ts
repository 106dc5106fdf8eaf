// `npm run mutate-log [-- --seed N --count N]`: makes a store by real stories, mutates copies of it and of its export, and
// prints what the verifier found of each class. Exits 1 where it missed one.
import { parseArgs } from 'node:util';
import { gatherEvidence } from './evidence.ts';
import { runMutations, type Tally } from './run-mutations.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, count: { type: 'string', default: '1000' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const count = Number(values.count);
console.log(`seed ${seed}, ${count} mutations`);

const evidence = await gatherEvidence();
const tallies = await runMutations(evidence, { seed, count });
evidence.remove();

const COLUMNS = ['class', 'where', 'tried', 'found', 'no-op', 'missed', 'only against what was kept'];
const cells = ({ mutation, place, tried, found, noOp, missed, onlyAgainst }: Tally): string[] =>
  [mutation, place, tried, found, noOp, missed.length, onlyAgainst].map(String);
for (const row of [COLUMNS, ...tallies.map(cells)]) console.log(row.map((cell) => cell.padEnd(11)).join(''));
console.log('\nThe first thing that it said, once for each:');
for (const { mutation, place, example } of tallies) console.log(`- ${mutation}, ${place}: ${example}`);

const missed = tallies.flatMap((tally) => tally.missed.map((one) => `${tally.mutation}, ${tally.place}: ${one}`));
const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
console.log(
  `\n${sum(({ found }) => found)} found, ${sum(({ noOp }) => noOp)} changed nothing, ${missed.length} missed`,
);
for (const one of missed) console.log(`MISSED ${one}`);
process.exitCode = missed.length === 0 ? 0 : 1;
