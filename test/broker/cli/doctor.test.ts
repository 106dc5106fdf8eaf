import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type AwsStory, DEPLOY_ROLE, prepareAws, trustOf } from '../../support/aws-story.ts';
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
  aws.publishAt(broker.origin);
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
  it('says that all is well, and what the other side must be told, and nothing came of it', async () => {
    const before = aws.sts.issued.length;
    const { code, out } = await examine();
    expect([code, out.match(/^[✓✗]/gm)]).toEqual([0, ['✓', '✓', '✓', '✓']]);
    expect(out).toContain('it refused a call without a role and a token: ValidationError');
    expect(out).toMatch(
      /✓ AWS STS refuses a subject that no job has, for arn:\S+\n {4}it refused \(403\): .*On record as dcy_/,
    );
    expect(out).toContain(
      'the audience sts.amazonaws.com and the subject project:shop:entitlement:deploy, as `buildpass trust aws shop/deploy` prints them',
    );
    expect(aws.sts.issued.length).toBe(before);
  });

  it('says it loudly where the other side trusts a subject that no job has, with the line to change', async () => {
    const { roles } = aws.sts;
    const like = JSON.stringify(trustOf('*')).replace('StringEquals', 'StringLike');
    aws.sts.roles = [{ arn: DEPLOY_ROLE, trust: JSON.parse(like) }];
    onTestFinished(() => {
      aws.sts.roles = roles;
    });
    const { code, out } = await examine();
    expect(code).toBe(1);
    expect(out).toMatch(
      /✗ AWS STS TRUSTS SUBJECTS THAT NO JOB HAS, for .+\n.+Nobody was handed what may have come of it; it dies by itself by 2.+\n {4}→ in the trust policy of arn:/,
    );
  });

  it('says how the newest issuance for a job ended', async () => {
    expect((await examine()).out).not.toContain('newest issuance');
    aws.sts.refusal = { code: 'AccessDenied', message: 'no', status: 403 };
    await broker.ask({ scope: 'shop/deploy' });
    aws.sts.refusal = undefined;
    const refused = await examine();
    expect(refused.out).toMatch(
      /· the newest issuance for a job, iss_\S+\n {4}it failed at 2\S+Z: the other side refused\n {4}→ the log of that job has the words/,
    );
    expect(refused.out).toMatch(/`buildpass log show --request iss_\S+` says which job it was\n/);
    await broker.ask({ scope: 'shop/deploy' });
    const { code, out } = await examine();
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/newest issuance for a job, iss_\S+\n {4}it succeeded at 2\S+Z\n$/),
    ]);
  });

  it('says what is left out where no broker runs', async () => {
    await broker.running.close();
    const { code, out } = await examine();
    await broker.start();
    aws.publishAt(broker.origin);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /· whether the other side trusts the broker\n {4}not tried: no broker answers .+\n {4}→ start it/,
      ),
    ]);
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
    const { checks, ...rest } = JSON.parse(out);
    expect([code, rest]).toEqual([0, { entitlement: 'shop/deploy', ok: true }]);
    expect(checks.slice(0, 4)).toMatchObject(Array(4).fill({ ok: true }));
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
