// `buildpass serve` with one provider more, as the process that a drill kills: node broker-entry.ts CONFIG URL-OF-THE-OTHER-SYSTEM
import { serve } from '../../broker/cli/serve.ts';
import { otherSystemProvider } from './other-system-provider.ts';

const [configFile = '', otherSystem = ''] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const io = {
  out: (text: string) => void process.stdout.write(`${text}\n`),
  err: (text: string) => void process.stderr.write(`${text}\n`),
  environment: {},
  stopSignal: () => stop.signal,
};
process.exitCode = await serve({ io, configFile }, [otherSystemProvider(otherSystem)]);
