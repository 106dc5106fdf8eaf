// A broker that is killed without warning, and the next one that finds its store.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

const PROCESS = fileURLToPath(new URL('../support/broker-process.ts', import.meta.url));

describe('a broker killed between `issuance.started` and the outcome', () => {
  it('is followed by one that closes it as unknown, over a log that verifies', async () => {
    const broker = await TestBroker.start({ background: 'by-hand' });
    onTestFinished(() => broker.close());
    await broker.running.close();
    const victim = spawn(process.execPath, [PROCESS, JSON.stringify(broker.config), 'hangs'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void victim.kill('SIGKILL'));
    const [port] = await once(victim.stdout, 'data');
    const secret = newSecret();
    const form = {
      grant_type: GRANT_TYPE,
      subject_token: await broker.token(),
      subject_token_type: ID_TOKEN_TYPE,
      scope: 'shop/upstream',
      request_secret: secret,
    };
    const asking = fetch(`http://127.0.0.1:${String(port).trim()}/v1/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    }).catch((error: unknown) => error);
    await expect.poll(() => startedIn(broker), { timeout: 10_000 }).toBe(true);

    victim.kill('SIGKILL');
    await once(victim, 'exit');
    expect(await asking).toBeInstanceOf(Error);
    await broker.start();

    const types = (await broker.entries()).map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['request.decided', 'issuance.started', 'issuance.unknown']);
    expect((await broker.ask({ scope: 'shop/upstream', secret })).body.code).toBe('REQUEST_SPENT');
    expect((await broker.ask({ scope: 'shop/upstream' })).status).toBe(200);
  });
});

async function startedIn(broker: TestBroker): Promise<boolean> {
  const { openSqliteReader } = await import('../../broker/store/sqlite.ts');
  const reader = openSqliteReader({ path: broker.config.store.path, clock: { now: () => 0 } });
  const { size } = await reader.read((tx) => tx.log.head());
  const rows = await reader.read((tx) => tx.log.entries({ start: size - 1, end: size }));
  await reader.close();
  return rows[0]?.type === 'issuance.started';
}
