// What a log publishes at an address: how much of it is read, and what is said where nothing can be.
import { describe, expect, it } from 'vitest';
import { publishedAt } from '../../../broker/log/published.ts';
import { serveOnce } from '../../support/serve-once.ts';

const KIB = 1024;

/** Serves so many bytes at each of these paths. */
const serving = (sizes: Readonly<Record<string, number>>): Promise<string> =>
  serveOnce((request, response) => {
    const size = sizes[request.url ?? ''];
    if (size === undefined) response.writeHead(404).end();
    else response.end(Buffer.alloc(size, 7));
  });

describe('what is published at an address', () => {
  it.each(['', '/'])('is read from below /log, also where the address ends in "%s"', async (end) => {
    const origin = await serving({ '/log/key': 3 });
    expect(await publishedAt(`${origin}${end}`)('key')).toEqual(Buffer.alloc(3, 7));
  });

  it('may be missing', async () => {
    expect(await publishedAt(await serving({}))('checkpoint')).toBeUndefined();
  });

  it.each([
    ['checkpoint', 64 * KIB],
    ['key-changes', KIB * KIB],
  ])('is read up to a size: %s', async (path, most) => {
    const [allowed, larger] = [
      await serving({ [`/log/${path}`]: most }),
      await serving({ [`/log/${path}`]: most + 1 }),
    ];
    expect(await publishedAt(allowed)(path)).toHaveLength(most);
    await expect(publishedAt(larger)(path)).rejects.toThrow(
      `${larger}/log/${path} cannot be read: more than ${most} bytes`,
    );
  });
});

describe('an address without an answer to go by is no verdict about the log', () => {
  it.each([
    [503, {}, 'it answered 503'],
    [302, { location: '/log/key' }, 'unexpected redirect'],
  ])('where it answers %i', async (status, headers, words) => {
    const origin = await serveOnce((_request, response) => response.writeHead(status, headers).end());
    await expect(publishedAt(origin)('checkpoint')).rejects.toThrow(
      `${origin}/log/checkpoint cannot be read: ${words}`,
    );
  });

  it('where nobody answers, and keeps what was behind it', async () => {
    await expect(publishedAt('http://127.0.0.1:1')('key')).rejects.toMatchObject({
      message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/log\/key cannot be read: (?!fetch failed)./),
      cause: expect.any(Error),
    });
  });
});
