// A private broker: its issuer is a static site that somebody uploads to. A key signs only what people can verify there.

import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runBeside } from '../support/beside-broker.ts';
import { temporaryDirectory } from '../support/config-file.ts';
import { HOUR, MINUTE, RotationStory } from '../support/rotation-story.ts';

interface Site {
  readonly origin: string;
  readonly directory: string;
  down: boolean;
}

/** A static web server over a directory, as small as they come. */
async function startSite(): Promise<Site> {
  const directory = await temporaryDirectory();
  const site = { directory, origin: '', down: false };
  const serve: RequestListener = ({ url = '' }, response) => {
    const file = join(directory, url);
    if (site.down || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(readFileSync(file));
  };
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return Object.assign(site, { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function privateBroker(): Promise<{ site: Site; story: RotationStory; publish: () => Promise<unknown> }> {
  const site = await startSite();
  const story = await RotationStory.start({ issuer: site.origin });
  return { site, story, publish: () => story.run('publish', site.directory) };
}

const jwksOf = ({ directory }: Site): string => join(directory, '.well-known/jwks.json');

describe('keys publish', () => {
  it('writes the very bytes that the broker serves for its issuer, for everybody to read', async () => {
    const { site, story, publish } = await privateBroker();
    expect(await publish()).toMatchObject({ code: 0, out: expect.stringContaining('2 keys. Upload both') });
    expect(readdirSync(join(site.directory, '.well-known')).sort()).toEqual(['jwks.json', 'openid-configuration']);
    for (const path of ['/.well-known/jwks.json', '/.well-known/openid-configuration']) {
      expect(readFileSync(join(site.directory, path), 'utf8')).toBe((await story.broker.fetch(path)).text);
      expect(statSync(join(site.directory, path)).mode & 0o444).toBe(0o444);
    }
  });

  it('writes through no link that somebody left there, and for everybody to read whatever the umask', async () => {
    const { site, publish } = await privateBroker();
    const ours = join(await temporaryDirectory(), 'ours');
    writeFileSync(ours, 'precious');
    mkdirSync(join(site.directory, '.well-known'));
    symlinkSync(ours, `${jwksOf(site)}.new`);
    const mask = process.umask(0o077);
    await publish().finally(() => process.umask(mask));
    expect(readFileSync(ours, 'utf8')).toBe('precious');
    expect(lstatSync(jwksOf(site)).isFile()).toBe(true);
    expect(statSync(jwksOf(site)).mode & 0o777).toBe(0o644);
  });

  it('says that nothing has to be uploaded where the broker is the issuer', async () => {
    const story = await RotationStory.start();
    const directory = join(await temporaryDirectory(), 'new');
    const { code, out } = await story.run('publish', directory);
    expect([code, out]).toEqual([0, expect.stringContaining('nothing has to be uploaded')]);
    const { key_ids } = JSON.parse((await story.run('publish', directory, '--json')).out);
    expect(key_ids).toEqual(await story.published());
  });

  it('is refused where it cannot write, and used wrongly without a directory', async () => {
    const story = await RotationStory.start();
    const file = join(await temporaryDirectory(), 'file');
    writeFileSync(file, '');
    expect(await story.run('publish', file)).toMatchObject({
      code: 78,
      err: expect.stringContaining('cannot be written'),
    });
    expect(await story.run('publish')).toMatchObject({ code: 2, err: expect.stringContaining('DIR is missing') });
  });

  it('publishes nothing that somebody put into the store', async () => {
    const story = await RotationStory.start();
    runBeside(
      story.broker,
      `INSERT INTO signing_keys SELECT 'mine', purpose, algorithm, public_key, sealed_private_key, 0, 'previous', 0, NULL FROM signing_keys WHERE algorithm = 'ES256'`,
    );
    const directory = await temporaryDirectory();
    expect(await story.run('publish', directory)).toMatchObject({ code: 78, err: expect.stringContaining('mine') });
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('a next key of a private broker', () => {
  it('waits until it is seen at the issuer, and says so; then relying parties have an hour', async () => {
    const { story, publish } = await privateBroker();
    await publish();
    const first = await story.signer();
    await story.run('rotate', '--algorithm', 'ES256');
    expect((await story.run('list')).out).toContain('signs 1h after it was seen at http://127.0.0.1');
    await story.pass(5 * HOUR);
    expect([await story.signer(), story.said('waits to be seen at the issuer').length]).toEqual([first, 2]);
    await publish();
    await story.pass(2 * MINUTE);
    expect((await story.broker.entries('key.seen')).at(-1)).toMatchObject({ issuer: story.broker.config.issuer });
    await story.pass(59 * MINUTE);
    expect(await story.signer()).toBe(first);
    await story.pass(2 * MINUTE);
    expect(await story.signer()).toBe(await story.keyIn('current'));
    expect(await story.keyIn('previous')).toBe(first);
  });

  it('does not sign where it was taken away again', async () => {
    const { site, story, publish } = await privateBroker();
    await publish();
    const before = readFileSync(jwksOf(site));
    const first = await story.signer();
    await story.run('rotate', '--algorithm', 'ES256');
    await publish();
    await story.pass(2 * MINUTE);
    writeFileSync(jwksOf(site), before);
    await story.pass(2 * HOUR);
    expect(await story.signer()).toBe(first);
    expect(story.said('waits to be seen at the issuer')).toHaveLength(2);
    await publish();
    // Whoever asked the site a minute ago may go on with what was there for an hour.
    await story.pass(59 * MINUTE);
    expect(await story.signer()).toBe(first);
    await story.pass(2 * MINUTE);
    expect(await story.signer()).toBe(await story.keyIn('current'));
    await story.broker.entries();
  });

  it.each([
    ['is not there', (site: Site) => Object.assign(site, { down: true })],
    ['holds no JSON', (site: Site) => writeFileSync(jwksOf(site), 'nonsense')],
    ['holds no keys', (site: Site) => writeFileSync(jwksOf(site), '{}')],
    [
      'speaks for another issuer',
      ({ directory }: Site) => writeFileSync(join(directory, '.well-known/openid-configuration'), '{"issuer":"x"}'),
    ],
  ])('does not sign where the site %s, and the broker says it once', async (_what, spoil) => {
    const { site, story, publish } = await privateBroker();
    const first = await story.signer();
    await story.run('rotate', '--algorithm', 'ES256');
    await publish();
    spoil(site);
    await story.pass(2 * HOUR);
    await story.pass(2 * HOUR);
    expect(await story.signer()).toBe(first);
    expect(story.said('the keys at the issuer cannot be looked at')).toHaveLength(1);
  });

  it('does not take another key under its id', async () => {
    const { site, story, publish } = await privateBroker();
    await story.run('rotate', '--algorithm', 'ES256');
    await publish();
    const { keys } = JSON.parse(readFileSync(jwksOf(site), 'utf8'));
    const swapped = keys.map((key: object) => ({ ...keys[0], kid: (key as { kid: string }).kid }));
    writeFileSync(jwksOf(site), JSON.stringify({ keys: swapped }));
    await story.pass(2 * MINUTE);
    expect(await story.broker.entries('key.seen')).toEqual([]);
  });
});

describe('the site of an issuer', () => {
  it('that loses a key that signs wakes somebody, once an hour', async () => {
    const { site, story, publish } = await privateBroker();
    await publish();
    await story.pass(0);
    expect(story.said('are not at the issuer')).toEqual([]);
    writeFileSync(jwksOf(site), '{"keys":[]}');
    await story.pass(61 * MINUTE);
    await story.pass(MINUTE);
    const [line = '{}', ...more] = story.said('keys that credentials are signed with are not at the issuer');
    expect(more).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      issuer: site.origin,
      next: expect.stringContaining('keys publish'),
    });
    await story.pass(61 * MINUTE);
    expect(story.said('are not at the issuer')).toHaveLength(2);
  });

  it('that still has a key that leaked wakes somebody, until it is uploaded anew', async () => {
    const { story, publish } = await privateBroker();
    await publish();
    const key = (await story.keyIn('current')) ?? '';
    const { out } = await story.run('rotate', `--compromised=${key}`, '--reason', 'a backup was stolen');
    expect(out).toContain('Now run `buildpass keys publish DIR` and upload what it wrote');
    await story.pass(MINUTE);
    expect(story.said('a key that leaked is still at the issuer')).toHaveLength(1);
    await publish();
    await story.pass(2 * HOUR);
    expect(story.said('a key that leaked is still at the issuer')).toHaveLength(1);
    expect(story.said('are not at the issuer')).toHaveLength(1);
  });
});
