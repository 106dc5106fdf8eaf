// For every test file: nothing leaves loopback, and a test that tried fails even where the code under test swallowed the error.
import { afterEach } from 'vitest';
import { triedHosts } from './no-network-sockets.ts';

export function assertNothingTried(): void {
  const hosts = triedHosts.splice(0);
  if (hosts.length > 0) throw new Error(`the test tried to reach ${hosts.join(', ')}: tests stay on loopback`);
}

afterEach(assertNothingTried);
