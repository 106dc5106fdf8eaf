// The broker's whole HTTP face on loopback, with the headers that it really sends; whatever is no page fails when it is asked.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../../../broker/app.ts';
import { systemEntropy } from '../../../../broker/clock.ts';
import { createAnswerSealer } from '../../../../broker/issuance/sealed-answer.ts';
import type { Store } from '../../../../broker/store/store.ts';
import { createLogger } from '../../../../broker/telemetry/logger.ts';
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
  const app = createApp({
    configFile: 'demo-data/buildpass.yaml',
    ...{ url, issuer: url, store, demo, entropy: systemEntropy, clock: { now: () => NOW } },
    ...{
      keySet: { keys: [] },
      verifierKeys: [],
      providers: new Map(),
      providerTimeout: 1000,
      withheld: new Map(),
    },
    ...{
      accepting: () => true,
      authenticate: unused,
      ownerRefusal: unused,
      policies: unused,
      append: unused,
      noticeNames: unused,
    },
    answers: createAnswerSealer(Buffer.alloc(32), systemEntropy),
    logger: createLogger({ level: 'silent', demo }),
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
