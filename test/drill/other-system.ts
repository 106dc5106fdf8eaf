// Another system that issues credentials, as a server of its own whose books outlive every broker: slow, at times unwilling, and
// at times gone after it acted.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from './random.ts';

export interface OtherSystem {
  readonly url: string;
  /** by the issuance that it was asked for: the credential */
  readonly issued: ReadonlyMap<string, string>;
  /** issuances that it was asked for more than once */
  readonly askedTwice: readonly string[];
  readonly revoked: ReadonlySet<string>;
  close(): void;
}

const SLOWEST_MS = 60;
const REFUSES_PERCENT = 3;
const LOSES_ANSWER_PERCENT = 3;

export async function startOtherSystem(random: Random): Promise<OtherSystem> {
  const [issued, askedTwice, revoked] = [new Map<string, string>(), [] as string[], new Set<string>()];
  const issue = async (issuanceId: string, response: ServerResponse): Promise<void> => {
    await delay(random.below(SLOWEST_MS));
    if (random.percent(REFUSES_PERCENT)) return void response.writeHead(403).end();
    if (issued.has(issuanceId)) askedTwice.push(issuanceId);
    const token = `other-system-${randomUUID()}`;
    issued.set(issuanceId, token);
    if (random.percent(LOSES_ANSWER_PERCENT)) return void response.destroy();
    await delay(random.below(SLOWEST_MS));
    response.end(token);
  };
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    if (request.url === '/issue') return issue(body, response);
    revoked.add(body);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, issued, askedTwice, revoked, close };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
