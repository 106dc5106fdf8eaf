// The broker's whole HTTP face on loopback, with the headers that it really sends; whatever is no page fails when it is asked.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../../../broker/app.ts';
import { createWaiting } from '../../../../broker/approvals/waiting.ts';
import { systemEntropy } from '../../../../broker/clock.ts';
import { createAnswering } from '../../../../broker/http/answer.ts';
import { createClientAddresses } from '../../../../broker/http/client-address.ts';
import { createRefuse } from '../../../../broker/http/refuse.ts';
import { securityHeaders } from '../../../../broker/http/security-headers.ts';
import { createAnswerSealer } from '../../../../broker/issuance/sealed-answer.ts';
import { createRepositoryQuota } from '../../../../broker/limits/repository-quota.ts';
import { createTurns } from '../../../../broker/limits/turns.ts';
import { RecentTree } from '../../../../broker/log/recent-tree.ts';
import { createAttempts } from '../../../../broker/sign-in/attempts.ts';
import { createDeviceLogins } from '../../../../broker/sign-in/device-logins.ts';
import { createPeople } from '../../../../broker/sign-in/people.ts';
import type { Store } from '../../../../broker/store/store.ts';
import { createLogger } from '../../../../broker/telemetry/logger.ts';
import { createMetrics } from '../../../../broker/telemetry/metrics.ts';
import { buildKeys } from '../../../support/build-grant.ts';
import { NOW } from './page-store.ts';

export interface PageServer {
  /** the origin that it answers on, which is also its `url` */
  readonly url: string;
  close(): Promise<void>;
}

export async function servePages({ store, demo }: { store: Store; demo: boolean }): Promise<PageServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const unused = () => {
    throw new Error('no page needs this');
  };
  const logger = createLogger({ level: 'silent', demo });
  const answering = createAnswering(securityHeaders(url));
  const metrics = createMetrics();
  const clock = { now: () => NOW };
  const elapsed = () => 0;
  const refuse = createRefuse({ answering, logger, elapsed, entropy: systemEntropy, metrics });
  const app = createApp({
    configFile: 'demo-data/buildpass.yaml',
    ...{ url, issuer: url, store, demo, entropy: systemEntropy, clock },
    ...{
      keySet: () => ({ keys: [] }),
      verifierKey: () => '',
      verifierKeys: () => [],
      version: 'test',
      providers: new Map(),
      providerTimeout: 1000,
      withheld: new Map(),
      recent: new RecentTree({ size: 0, edge: [] }),
    },
    ...{
      accepting: () => true,
      authenticate: unused,
      ownerRefusal: unused,
      audienceOfParty: unused,
      keys: buildKeys(),
      policies: unused,
      askFacts: undefined,
      append: unused,
      noticeNames: unused,
      noticeChannels: [],
    },
    people: createPeople({
      ...{ url, store, entropy: systemEntropy, policies: unused, providers: [], encryptionKey: Buffer.alloc(32) },
      roles: { security: [], operators: [] },
    }),
    attempts: createAttempts({ url, clock, entropy: systemEntropy, encryptionKey: Buffer.alloc(32) }),
    deviceLogins: createDeviceLogins({ clock, entropy: systemEntropy }),
    answers: createAnswerSealer(Buffer.alloc(32), systemEntropy),
    ...{ logger, answering, refuse, metrics, elapsed },
    ...{
      addresses: createClientAddresses([]),
      turns: createTurns({ elapsed }),
      waiting: createWaiting(elapsed),
      webOf: () => undefined,
    },
    ...{
      quota: createRepositoryQuota({ requests: { count: 1, per: 1 }, refusedShare: 1, elapsed }),
      readiness: unused,
    },
  });
  server.on('request', app);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
