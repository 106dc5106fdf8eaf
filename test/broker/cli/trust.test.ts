// What `trust` prints, whole (test/broker/cli/trust-golden): by a shell each command is what `--json` says that it is, JSON and YAML are
// read back, and Terraform is at least balanced.
import { execFileSync } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { nameFor } from '../../../broker/cli/trust-set-up.ts';
import { AWS_AUDIENCE } from '../../../broker/providers/kind-aws-names.ts';
import { subjectOf } from '../../../broker/providers/own-token.ts';
import { openTrustWorld, type TrustWorld } from '../../support/trust-world.ts';

const CASES = [
  ['aws', 'deploy'],
  ['aws', 'tagged'],
  ['aws', 'plan'],
  ['gcp', 'gcp'],
  ['azure', 'azure'],
  ['vault', 'database'],
  ['vault', 'key'],
  ['kubernetes', 'cluster'],
] as const;

let world: TrustWorld;
beforeEach(async () => {
  world = await openTrustWorld();
});

interface Data {
  readonly audience: string;
  readonly subject: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what is there, and a wrong guess fails it
  readonly documents: Record<string, any>;
  readonly commands: readonly { readonly argv: readonly string[]; readonly input?: string }[];
  readonly placeholders: readonly { readonly placeholder: string }[];
}

async function dataOf(system: string, name: string): Promise<Data> {
  const { code, out } = await world.trust(system, `shop/${name}`, '--json');
  expect(code).toBe(0);
  return JSON.parse(out) as Data;
}

/** What a shell makes of the commands: each program says what it was given. */
function ranByShell(script: string): string[][] {
  const programs = ['aws', 'gcloud', 'az', 'vault', 'kubectl', 'tee', 'export'];
  const stubs = programs.map((one) => `${one}() { printf '%s\\001' ${one} "$@"; cat; printf '\\002'; }`);
  const said = execFileSync('bash', ['-c', `${stubs.join('\n')}\n${script}`], { input: '', encoding: 'utf8' });
  return said
    .split('\u0002')
    .slice(0, -1)
    .map((one) => one.split('\u0001'));
}

describe.each(CASES)('trust %s shop/%s', (system, name) => {
  it.each(['cli', 'terraform'])('prints as %s what was checked by people', async (format) => {
    const { code, out } = await world.trust(system, `shop/${name}`, '--format', format);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot(`trust-golden/${system}-${name}.${format === 'cli' ? 'sh' : 'tf'}.txt`);
  });

  it('prints commands that a shell takes for exactly what is meant', async () => {
    const { out } = await world.trust(system, `shop/${name}`);
    const { commands } = await dataOf(system, name);
    const meant = commands.map(({ argv, input = '' }) => [
      ...argv,
      input === '' ? '' : `${input.replace(/\n$/, '')}\n`,
    ]);
    expect(ranByShell(out)).toEqual(meant);
  });

  it('prints Terraform in which every bracket and quote is closed', async () => {
    const { out } = await world.trust(system, `shop/${name}`, '--format', 'terraform');
    expect(unbalanced(out)).toBe('');
  });

  it('names the subject of the entitlement, and nothing with a wildcard', async () => {
    const { out } = await world.trust(system, `shop/${name}`);
    expect((await dataOf(system, name)).subject).toBe(subjectOf({ project: 'shop', entitlement: name }));
    expect(out).toContain(`project:shop:entitlement:${name}`);
    expect(out).not.toContain('*');
  });
});

describe('what AWS is told', () => {
  it('is one statement for provider, audience and subject', async () => {
    const { documents, audience } = await dataOf('aws', 'deploy');
    expect(audience).toBe(AWS_AUDIENCE);
    expect(documents['trust-policy'].Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/keys.example.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'keys.example.com:aud': 'sts.amazonaws.com',
            'keys.example.com:sub': 'project:shop:entitlement:deploy',
          },
        },
      },
    ]);
  });

  it('allows tags and a source identity only where the entitlement has them', async () => {
    const { documents } = await dataOf('aws', 'tagged');
    expect(documents['trust-policy'].Statement).toMatchObject([
      { Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'] },
    ]);
  });

  it('is the same whichever entitlement of a role is asked about', async () => {
    const [plan, apply] = [await dataOf('aws', 'plan'), await dataOf('aws', 'apply')];
    expect(plan.commands).toEqual(apply.commands);
    expect(JSON.stringify(plan.documents)).toContain(
      '["project:shop:entitlement:apply","project:shop:entitlement:plan"]',
    );
  });

  it('cannot be an issuer with a port', async () => {
    const other = await openTrustWorld('https://keys.example.com:8443');
    expect(await other.trust('aws', 'shop/deploy')).toMatchObject({
      code: 1,
      err: 'shop/deploy: AWS takes an issuer without a port only; this one is "https://keys.example.com:8443": set `issuer` to an address without.\n',
    });
  });

  it.each(['aws shop/deploy', 'gcp shop/gcp', 'azure shop/azure', 'kubernetes shop/cluster'])(
    'cannot be an issuer by http, nor be told to others: %s',
    async (words) => {
      const other = await openTrustWorld('http://127.0.0.1:8080');
      expect(await other.trust(...words.split(' '))).toMatchObject({
        code: 1,
        err: expect.stringContaining('by https only'),
      });
    },
  );
});

describe('what a vault is told', () => {
  it('is a role for one subject and one path', async () => {
    const { documents } = await dataOf('vault', 'database');
    expect(documents['role']).toMatchObject({
      bound_audiences: ['vault-prod'],
      bound_subject: 'project:shop:entitlement:database',
      user_claim: 'sub',
      token_policies: ['buildpass-shop-tests'],
      token_ttl: 3600,
    });
    expect(documents['policy']).toBe('path "database/creds/shop-read" {\n  capabilities = ["read"]\n}');
  });

  it('is a list of subjects where a role is for several', async () => {
    const { documents } = await dataOf('vault', 'more');
    expect(documents['role'].bound_claims).toEqual({
      sub: ['project:shop:entitlement:key', 'project:shop:entitlement:more'],
    });
    expect(documents['role']).not.toHaveProperty('bound_subject');
  });
});

describe('what a cluster is told', () => {
  it('is a user that only this subject can be, bound in one namespace', async () => {
    const { commands, placeholders } = await dataOf('kubernetes', 'cluster');
    const [authentication, manifests = ''] = commands.map(({ input = '' }) => input);
    const user = 'buildpass:project:shop:entitlement:cluster';
    expect(parse(authentication ?? '').jwt[0]).toMatchObject({
      issuer: { url: 'https://keys.example.com', audiences: ['https://cluster-eu.example.com'] },
      claimValidationRules: [{ expression: 'claims.sub == "project:shop:entitlement:cluster"' }],
    });
    const [role, binding] = parseAllDocuments(manifests).map((document) => document.toJS());
    expect(binding).toMatchObject({
      kind: 'RoleBinding',
      metadata: { namespace: 'shop' },
      subjects: [{ kind: 'User', name: user }],
    });
    expect(role.rules[0].verbs).toEqual([placeholders[0]?.placeholder]);
  });
});

describe('what is set up for two entitlements', () => {
  it.each(['_', '.'] as const)('never has one name, with "%s" between the parts', (between) => {
    expect(nameFor('shop/web-deploy', between)).not.toBe(nameFor('shop-web/deploy', between));
  });

  it('is named in letters that Entra and a cluster take', async () => {
    const { documents: azure } = await dataOf('azure', 'azure');
    expect(azure['federated-credential'].name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_-]{2,119}$/);
    const { documents: cluster } = await dataOf('kubernetes', 'cluster');
    expect([cluster['role'].metadata.name, cluster['role-binding'].roleRef.name]).toEqual([
      'buildpass.shop.cluster',
      'buildpass.shop.cluster',
    ]);
  });
});

describe('trust, asked wrongly', () => {
  it.each<[words: string, code: number, err: string]>([
    ['aws shop/gcp', 1, 'shop/gcp: it is of kind `gcp-service-account`: write `buildpass trust gcp shop/gcp`.'],
    [
      'azure shop/preview',
      1,
      'shop/preview: `trust` has nothing for a `jwt`: docs/providers/jwt.md says what its other side needs; `trust azure` is for `azure-app`.',
    ],
    ['aws', 2, 'which entitlement? Write it as PROJECT/NAME'],
    ['aws shop', 2, '"shop" is not an entitlement: write project/entitlement'],
    ['aws shpo/deploy', 2, 'there is no project "shpo"; did you mean "shop"?'],
    ['aws shop/deplyo', 2, 'there is no entitlement "deplyo" in shop; did you mean "deploy"?'],
    ['aws shop/deploy --format yaml', 2, 'there is no format "yaml": write cli, terraform or json'],
    ['aws shop/deploy --format cli --json', 2, '--json and --format cli are two formats: which is meant?'],
    ['aws shop/deploy --issuer x', 2, '--issuer: "x" is not an https address'],
    ['amazon shop/deploy', 2, 'unknown command "trust amazon"'],
    ['aws shop/deploy /nowhere', 2, '/nowhere'],
  ])('%s', async (words, code, err) => {
    const ran = await world.trust(...words.split(' '));
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toContain(err);
  });

  it('says its help', async () => {
    const { code, out } = await world.trust('aws', '--help');
    expect([code, out]).toEqual([0, expect.stringContaining('Usage: buildpass trust aws PROJECT/NAME')]);
  });
});

/** What is open at the end, or was closed too early: outside of text and comments. */
function unbalanced(text: string): string {
  const bare = text.replace(/^\s*#.*$/gm, '').replace(/"(?:[^"\\\n]|\\.)*"/g, '');
  const open: string[] = [];
  for (const one of bare.match(/[[\](){}"]/g) ?? []) {
    if ('[({'.includes(one)) open.push(one);
    else if (!['[]', '()', '{}'].includes(`${open.pop()}${one}`)) return `${one} closes nothing`;
  }
  return open.join('');
}
