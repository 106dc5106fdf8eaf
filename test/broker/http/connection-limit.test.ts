import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { limitConnections } from '../../../broker/http/connection-limit.ts';

/** A server whose clients say who they are by the order in which they come. */
async function limited(max: number | undefined, owners: (string | undefined)[]) {
  const refused: string[] = [];
  const server = createServer();
  limitConnections(server, {
    ...(max === undefined ? {} : { max }),
    addressOf: () => owners.shift(),
    onRefused: (limit) => refused.push(limit),
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(server, 'connection');
    return socket;
  };
  return { server, port, open, refused };
}

describe('connections', () => {
  it('of one address are a part of what is free, and there is room for another', async () => {
    const { open, refused } = await limited(12, ['a', 'a', 'a', 'b']);
    await open();
    await open();
    const third = await open();
    await once(third, 'close');
    expect(refused).toEqual(['connections-of-address']);
    const other = await open();
    expect([other.destroyed, refused.length]).toEqual([false, 1]);
  });

  it('are enough for a thousand jobs that wait behind one address, and for another', async () => {
    const { open, refused } = await limited(undefined, [...Array<string>(1_000).fill('a'), 'b']);
    for (let job = 0; job < 1_000; job += 1) await open();
    expect([(await open()).destroyed, refused]).toEqual([false, []]);
  });

  it('that ended count no more', async () => {
    const { server, open, refused } = await limited(4, ['a', 'a']);
    const first = await open();
    const gone = once(server, 'connection');
    first.destroy();
    await once(first, 'close');
    await expect.poll(() => new Promise((resolve) => server.getConnections((_e, count) => resolve(count)))).toBe(0);
    await Promise.all([gone, open()]);
    expect(refused).toEqual([]);
  });

  it('of nobody’s address count against the whole only, and the whole is bounded', async () => {
    const { server, port, open, refused } = await limited(2, [undefined, undefined]);
    await open();
    await open();
    const dropped = once(server, 'drop');
    const third = connect(port, '127.0.0.1');
    third.on('error', () => undefined);
    await Promise.all([dropped, once(third, 'close')]);
    expect(refused).toEqual(['connections']);
  });
});
