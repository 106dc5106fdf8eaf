// A broker as a process of its own, to be killed: started with a configuration as JSON, its `_test` provider in one mood.
// Prints the port when it serves.
import { startBroker } from '../../broker/broker.ts';
import { createLogger } from '../../broker/telemetry/logger.ts';
import { createTestProvider, type Mood } from './test-provider.ts';

const [config = '{}', mood = 'well'] = process.argv.slice(2);
const provider = createTestProvider();
provider.mood = mood as Mood;
const logger = createLogger({ level: 'silent', demo: false });
const { port } = await startBroker({ config: JSON.parse(config), logger, extraProviders: [provider] });
process.stdout.write(`${port}\n`);
