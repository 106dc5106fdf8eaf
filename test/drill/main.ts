// `npm run drill -- [--kills N] [--seed N]`: exit 1 where anything came out that must be nought.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { drill } from './drill.ts';
import { passed, report } from './report.ts';

const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
const [kills, seed] = [Number(values.kills ?? 200), Number(values.seed ?? randomInt(2 ** 31))];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

say(`${kills} kills, --seed ${seed}`);
const drilled = await drill({ kills, seed, say });
say(report(drilled));
process.exitCode = passed(drilled) ? 0 : 1;
