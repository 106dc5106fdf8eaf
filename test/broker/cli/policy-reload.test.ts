// `policy reload` over the socket beside the store, and the socket itself.
import { existsSync, lstatSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildpass } from '../../support/command-line.ts';
import { SHOP } from '../../support/policy-files.ts';
import { TestBroker } from '../../support/test-broker.ts';

async function start(): Promise<TestBroker> {
  const broker = await TestBroker.start({ background: 'by-hand' });
  onTestFinished(() => broker.close());
  return broker;
}

const reload = (broker: TestBroker, ...words: string[]) =>
  buildpass('policy', 'reload', '--config', broker.config.file, ...words);
const socketOf = (broker: TestBroker): string => `${broker.config.store.path}.sock`;

describe('policy reload', () => {
  it('puts what changed in force, and says which set that is; then that nothing changed', async () => {
    const broker = await start();
    broker.writePolicy('shop.yaml', SHOP.replace('ttl: 10m', 'ttl: 2m'));
    const [first, again] = [await reload(broker), await reload(broker)];
    const row = await broker.running.store.read((tx) => tx.policies.inForce());
    const warning = expect.stringMatching(/^\/.*\/policies\/shop\.yaml:\d+:\d+: .*: warning: /m);
    expect(first).toEqual({ code: 0, out: warning, err: '' });
    expect(first.out.split('\n').at(-2)).toBe(`In force: ${row?.digest}.`);
    expect(again.out.split('\n').at(-2)).toBe(`Nothing changed: ${row?.digest}.`);
    expect((await broker.ask()).body.expires_in).toBeLessThanOrEqual(120);
    expect(broker.logLines.join('')).toContain('policies changed');
  });

  it('says what is wrong where it is refused, with exit code 1, and the last good ones stay', async () => {
    const broker = await start();
    broker.writePolicy('shop.yaml', SHOP.replace('environment: production', 'enviroment: production'));
    const refused = await reload(broker);
    expect(refused).toMatchObject({ code: 1, err: '' });
    expect(refused.out).toMatch(
      /^\/.*shop\.yaml:15:32: .*did you mean `environment`\?\nRefused: nothing of it is in force, the last good policies stay\.\n$/,
    );
    expect(JSON.parse((await reload(broker, '--json')).out)).toMatchObject({
      outcome: 'refused',
      findings: [{ file: 'shop.yaml', line: 15, column: 32 }],
    });
    expect((await broker.ask()).status).toBe(200);
    expect(await broker.entries('policy.refused')).toHaveLength(1);
  });

  it('says that no broker runs, beside a store and without one', async () => {
    const broker = await start();
    await broker.running.close();
    const said = { code: 1, out: '', err: expect.stringContaining('no broker answers for the store') };
    expect(await reload(broker)).toEqual(said);
    renameSync(broker.config.store.path, `${broker.config.store.path}.away`);
    expect(await reload(broker)).toEqual(said);
    renameSync(`${broker.config.store.path}.away`, broker.config.store.path);
    await broker.start();
  });

  it('does not follow what is no socket of this user', async () => {
    const broker = await start();
    renameSync(socketOf(broker), join(broker.directory, 'elsewhere'));
    symlinkSync('elsewhere', socketOf(broker));
    expect(await reload(broker)).toMatchObject({
      code: 1,
      err: expect.stringContaining("is no socket of this user's"),
    });
    rmSync(socketOf(broker));
    renameSync(join(broker.directory, 'elsewhere'), socketOf(broker));
  });

  it('says so where what answers is of another version', async () => {
    const broker = await start();
    await broker.running.close();
    const other = createHttpServer((_request, response) => response.end('{"outcome":"maybe"}'));
    await new Promise<void>((resolve) => void other.listen(socketOf(broker), resolve));
    expect(await reload(broker)).toMatchObject({
      code: 1,
      err: expect.stringContaining('its answer cannot be understood: is it of another version?'),
    });
    await new Promise((resolve) => void other.close(resolve));
    await broker.start();
  });
});

describe('the socket of a broker', () => {
  it('is for its own user only, and gone after a stop', async () => {
    const broker = await start();
    expect(lstatSync(socketOf(broker)).mode & 0o777).toBe(0o600);
    await broker.running.close();
    expect(existsSync(socketOf(broker))).toBe(false);
    await broker.start();
  });

  it('is made anew where a crash left one, and anything else in its place stops the start', async () => {
    const broker = await start();
    await broker.running.close();
    const left = createServer();
    await new Promise<void>((resolve) => void left.listen(join(broker.directory, 'left'), resolve));
    renameSync(join(broker.directory, 'left'), socketOf(broker));
    await new Promise((resolve) => void left.close(resolve));
    await broker.start();
    expect((await reload(broker)).code).toBe(0);
    await broker.running.close();
    writeFileSync(socketOf(broker), 'notes');
    await expect(broker.start()).rejects.toThrow(`${socketOf(broker)} is there, and is no socket of this broker`);
    rmSync(socketOf(broker));
    await broker.start();
  });

  it.each([
    ['GET', '/policy/reload'],
    ['POST', '/policy/relaod'],
    ['POST', '/__proto__'],
    ['POST', '/v1/token'],
  ])('does nothing else: %s %s', async (method, path) => {
    const broker = await start();
    const status = await new Promise((resolve, reject) => {
      const asking = request({ socketPath: socketOf(broker), method, path }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asking.on('error', reject).end();
    });
    expect(status).toBe(404);
  });
});
