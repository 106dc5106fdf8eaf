// `npm run bench [-- --only issuances,slow-disk,decisions,loading,log,starts,waiting,providers] [--pairs 15] [--seconds 2]
// [--entitlements 100000]`: measures and prints, never
// judges. Figures are medians with the least and the greatest; compare only what one run printed.
import { parseArgs } from 'node:util';
import { benchDecisions } from './decisions.ts';
import { benchIssuances } from './issuances.ts';
import { BenchIssuer } from './jobs.ts';
import { benchLoading } from './loading.ts';
import { benchLogCosts } from './log-costs.ts';
import { benchProviders } from './providers.ts';
import { benchSlowDisk } from './slow-disk.ts';
import { benchStarts } from './starts.ts';
import { benchWaiting } from './waiting.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    pairs: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '2' },
    entitlements: { type: 'string', default: '100000' },
  },
});
const issuer = await BenchIssuer.start();
const round = { pairs: Number(values.pairs), seconds: Number(values.seconds) };
const SECTIONS: Readonly<Record<string, () => Promise<string> | string>> = {
  issuances: () => benchIssuances(issuer, round),
  'slow-disk': () => benchSlowDisk(issuer),
  decisions: benchDecisions,
  loading: () => benchLoading(issuer, Number(values.entitlements)),
  log: benchLogCosts,
  starts: () => benchStarts(issuer),
  waiting: () => benchWaiting(issuer),
  providers: () => benchProviders(issuer),
};
const wanted = values.only?.split(',') ?? Object.keys(SECTIONS);
for (const name of wanted) {
  const measure = SECTIONS[name];
  if (measure === undefined) throw new Error(`there is no section "${name}": ${Object.keys(SECTIONS).join(', ')}`);
  console.log(`\n## ${name}\n\n${await measure()}`);
}
issuer.close();
