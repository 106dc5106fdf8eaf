import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type AwsStory, prepareAws } from '../../support/aws-story.ts';
import { runBeside } from '../../support/beside-broker.ts';
import { buildpass } from '../../support/command-line.ts';
import { TestBroker } from '../../support/test-broker.ts';
import { json, serveOnLoopback } from '../../support/upstream-server.ts';

let aws: AwsStory;
let broker: TestBroker;
let keys: { keys: object[] };
beforeAll(async () => {
  aws = await prepareAws();
  broker = await TestBroker.start(aws.options);
  keys = (await broker.fetch('/.well-known/jwks.json')).body;
});
afterAll(async () => {
  await broker.close();
  aws.sts.close();
});

interface Site {
  readonly issuer?: string;
  readonly keys?: object;
  readonly sts?: string;
}

/** With a site for the two documents, as a private broker has one. */
async function examine({ issuer, keys: published = keys, sts = aws.sts.url }: Site = {}, ...words: string[]) {
  const { port } = await serveOnLoopback(createServer(), (request, response) => {
    const origin = `http://127.0.0.1:${port}`;
    const discovery = { issuer: issuer ?? origin, jwks_uri: `${origin}/keys` };
    json(response).end(JSON.stringify(request.url === '/keys' ? published : discovery));
  });
  const file = join(broker.directory, 'doctor.yaml');
  writeFileSync(
    file,
    `url: https://buildpass.example.com
issuer: http://127.0.0.1:${port}
store: sqlite:./buildpass.db
policies: { directory: ./policies }
issuers:
  github: { kind: github, url: https://token.actions.githubusercontent.com, owners: { octo-org: "123456" } }
clouds: { aws: { sts-url: "${sts}" } }
keys: { encryption-key-file: ./kek }
log: { anchor-file: ./anchor }
`,
  );
  const given = words.length === 0 ? ['shop/deploy'] : words;
  return buildpass('doctor', ...given, '--config', file);
}

describe('buildpass doctor', () => {
  it('says that all is well, and has asked for nothing', async () => {
    const before = aws.sts.issued.length;
    const { code, out } = await examine();
    expect([code, out.match(/^[✓✗]/gm)]).toEqual([0, ['✓', '✓', '✓']]);
    expect(out).toContain('it refused a call without a role and a token: ValidationError');
    expect([aws.sts.issued.length, aws.sts.tokens.length]).toEqual([before, 0]);
  });

  it('names keys that are not published', async () => {
    const { code, out } = await examine({ keys: { keys: keys.keys.slice(1) } });
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/✗ what is published .+\n {4}missing: [ER]S256 \S+\n {4}→ publish/),
    ]);
  });

  it('minds no key that is published no longer', async () => {
    const row = `SELECT 'gone', purpose, algorithm, public_key, '', 0, 'retired', 0, NULL FROM signing_keys LIMIT 1`;
    runBeside(broker, `INSERT INTO signing_keys ${row}`);
    onTestFinished(() => runBeside(broker, `DELETE FROM signing_keys WHERE id = 'gone'`));
    expect((await examine()).code).toBe(0);
  });

  it('is not content with other keys under the same name', async () => {
    const other = { ...keys.keys[0], x: 'AAAA', n: 'AAAA' };
    expect((await examine({ keys: { keys: [other, ...keys.keys.slice(1)] } })).code).toBe(1);
  });

  it('names an issuer that says it is another', async () => {
    const { code, out } = await examine({ issuer: 'https://other.example.com' });
    expect([code, out]).toEqual([1, expect.stringContaining('it is the document of "https://other.example.com"')]);
  });

  it('knows an STS by its XML as well', async () => {
    aws.sts.xml = true;
    onTestFinished(() => {
      aws.sts.xml = false;
    });
    expect((await examine()).out).toContain('it refused a call without a role and a token: ');
  });

  it('names an STS that cannot be reached, and one that is none', async () => {
    expect((await examine({ sts: 'http://127.0.0.1:1' })).out).toContain('    → let the broker reach it');
    expect((await examine({ sts: broker.origin })).out).toContain('not in the words of STS');
  });

  it('answers programs in JSON', async () => {
    const { code, out } = await examine({}, 'shop/deploy', '--json');
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { entitlement: 'shop/deploy', ok: true, checks: [{ ok: true }, {}, {}] },
    ]);
  });

  it.each<[words: string[], err: string]>([
    [['shop/deplyo'], 'there is no entitlement "deplyo" in shop; did you mean "deploy"?'],
    [['--json'], 'which entitlement? Write it as PROJECT/NAME'],
    [['shop/deploy', 'more'], 'unexpected "more"'],
  ])('asked with %j is used wrongly', async (words, err) => {
    const ran = await examine({}, ...words);
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(err)]);
  });
});
