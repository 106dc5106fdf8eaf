import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock, systemEntropy } from '../../../broker/clock.ts';
import { problemHandler } from '../../../broker/http/problem.ts';
import { requestContext } from '../../../broker/http/request-context.ts';
import { refuseWhileStopping } from '../../../broker/http/while-stopping.ts';
import { createLogger } from '../../../broker/telemetry/logger.ts';

describe('a broker that is stopping', () => {
  it('begins nothing new, and says when to ask again', async () => {
    let accepting = true;
    const app = express();
    app.use(requestContext({ clock: systemClock, entropy: systemEntropy }));
    app.post(
      '/',
      refuseWhileStopping(() => accepting),
      (_request, response) => void response.json({}),
    );
    app.use(problemHandler('oauth', createLogger({ level: 'silent', demo: false })));
    const server = createServer(app).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const ask = () => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { method: 'POST' });
    expect((await ask()).status).toBe(200);
    accepting = false;
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable', code: 'SHUTTING_DOWN' });
  });
});
