import { afterEach, describe, expect, it } from 'vitest';
import { UpstreamRefused } from '../../../broker/providers/provider.ts';
import { callUpstream, type UpstreamCall, type UpstreamReply } from '../../../broker/providers/upstream-http.ts';
import { createUpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { type MoodyServer, type Reply, startMoodyServer } from '../../support/moody-server.ts';

let server: MoodyServer;
afterEach(() => server.close());

async function serve(reply: Reply): Promise<void> {
  server = await startMoodyServer(() => reply);
}

function call(more: Partial<UpstreamCall> = {}): Promise<UpstreamReply> {
  const { signal } = new AbortController();
  return callUpstream(createUpstreamFetch({ privateNetwork: false }), {
    ...{ system: 'The bank', url: `${server.url}/money`, signal },
    ...more,
  });
}

const why = (more: Partial<UpstreamCall> = {}): Promise<Error> =>
  call(more).then(
    () => new Error('it answered'),
    (error: Error) => error,
  );

describe('a call to a system that issues', () => {
  it('brings its answer', async () => {
    await serve({ status: 201, body: { coins: 3 } });
    expect(await call({ body: { ask: 3 } })).toMatchObject({ status: 201, json: { coins: 3 } });
  });

  it('quotes its no, on one line, and not without end', async () => {
    await serve({ status: 403, body: { message: `no\n::set-env::${'x '.repeat(999)}` } });
    const error = await why({ reasonOf: (body) => (body as { message: string }).message });
    expect(error).toBeInstanceOf(UpstreamRefused);
    expect(error.message).toMatch(/^The bank refused \(403\): "no ::set-env::(x ){143}"$/);
  });

  it('repeats nothing of a token that the other side repeats', async () => {
    const token = `${'a'.repeat(60)}.${'b'.repeat(200)}.${'-'.repeat(86)}`;
    await serve({ status: 401, body: `bad token ${token} of yours` });
    const { message } = await why({ reasonOf: String });
    expect(message).toBe(
      'The bank refused (401): "bad token (60 characters).(200 characters).(86 characters) of yours"',
    );
  });

  it('says what to do about a no, in our own words and after theirs', async () => {
    await serve({ status: 403, body: {} });
    const reasonOf = () => 'no money';
    const adviceOf = () => 'Bring some';
    expect((await why({ reasonOf, adviceOf })).message).toBe('The bank refused (403): "no money". Bring some');
    expect((await why({ adviceOf })).message).toBe('The bank refused (403). Bring some');
  });

  it('is refused where nobody is there to ask, which may pass', async () => {
    await serve({ status: 200 });
    server.close();
    expect(await why()).toMatchObject({
      ...{ name: 'UpstreamRefused', message: 'The bank cannot be reached', retryAfter: 5 },
    });
  });

  it.each<[string, Reply, number | undefined]>([
    ['stays as it is', { status: 403 }, undefined],
    ['of a redirect stays as it is', { status: 307, headers: { location: 'https://elsewhere.example' } }, undefined],
    ['for too many may pass', { status: 429 }, 5],
    ['that names a time passes then', { status: 429, headers: { 'retry-after': '90' } }, 90],
    ['that names no time of seconds may pass', { status: 429, headers: { 'retry-after': 'soon' } }, 5],
    ['that names no time at all passes in a moment', { status: 403, headers: { 'retry-after': '0' } }, 1],
  ])('that %s says when to ask again', async (_what, reply, retryAfter) => {
    await serve(reply);
    expect(await why()).toMatchObject({ name: 'UpstreamRefused', status: reply.status, retryAfter });
  });

  it('takes the word of whoever knows the other side that its no may pass', async () => {
    await serve({ status: 400, body: { code: 'busy' } });
    expect(await why({ passes: (body) => (body as { code: string }).code === 'busy' })).toMatchObject({
      retryAfter: 5,
    });
    expect(await why({ passes: () => false })).toMatchObject({ retryAfter: undefined });
  });

  it('leaves open what came of it where the other side broke', async () => {
    await serve({ status: 503 });
    const error = await why();
    expect(error).not.toBeInstanceOf(UpstreamRefused);
    expect(error.message).toBe('The bank answered 503');
  });
});
