// A port of this machine that nobody listens at, for a program that has to be told one before it starts.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that Linux, macOS and Windows give to who asks for any: none of the many servers of other tests comes by it. */
const [FIRST, BEHIND] = [20_000, 32_000];

export async function freePort(): Promise<number> {
  const port = randomInt(FIRST, BEHIND);
  const probe = createServer().listen(port, '127.0.0.1');
  const isFree = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  if (!isFree) return freePort();
  probe.close();
  await once(probe, 'close');
  return port;
}
