import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildpass } from '../../support/command-line.ts';
import { temporaryDirectory, VALID_CONFIG } from '../../support/config-file.ts';

const ORGANIZATION = `teams: { acme/platform: { github: "4710" } }
projects: { shop: { owner: acme/platform, may-offer: [ { kind: jwt, audiences: [https://previews.example.com] } ] } }
`;
const SHOP = `project: shop
owner: acme/platform
repositories: [ { name: acme/shop, id: "2001", issuer: github } ]
entitlements:
  preview:
    title: Publish a preview
    risk: low
    credential: { kind: jwt, audience: https://previews.example.com }
    ttl: 10m
    allow: [ { branch: main, event: push } ]
`;
const CLAIMS = {
  ...{
    repository: 'acme/shop',
    repository_id: '2001',
    repository_owner: 'acme',
    repository_owner_id: '1001',
    repository_visibility: 'private',
  },
  ...{
    ref: 'refs/heads/main',
    ref_type: 'branch',
    sha: 'a'.repeat(40),
    head_ref: '',
    base_ref: '',
    event_name: 'push',
  },
  ...{
    workflow_ref: 'acme/shop/.github/workflows/ci.yml@refs/heads/main',
    job_workflow_ref: 'acme/shop/.github/workflows/ci.yml@refs/heads/main',
  },
  ...{
    workflow: 'ci',
    workflow_sha: 'a'.repeat(40),
    job_workflow_sha: 'a'.repeat(40),
    actor: 'ada',
    actor_id: '9',
    run_id: '1',
    run_number: '1',
    run_attempt: '1',
    runner_environment: 'github-hosted',
  },
};

/** A configuration, its policies, and claims of a job, in a directory of their own. */
async function place(shop: string = SHOP): Promise<{ directory: string; config: string; claims: string }> {
  const root = await temporaryDirectory();
  const directory = join(root, 'policies');
  await mkdir(directory);
  const files = {
    'policies/shop.yaml': shop,
    'policies/_organization.yaml': ORGANIZATION,
    'buildpass.yaml': VALID_CONFIG,
    'claims.json': JSON.stringify(CLAIMS),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  return { directory, config: join(root, 'buildpass.yaml'), claims: join(root, 'claims.json') };
}

describe('buildpass policy check', () => {
  it('says well of a directory that loads, with or without a configuration', async () => {
    const { directory, config } = await place();
    expect(await buildpass('policy', 'check', directory)).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 project, 1 entitlement: well.') as string,
    });
    expect(await buildpass('policy', 'check', '--config', config)).toMatchObject({ code: 0 });
  });

  it('exits 1 with file, line and what was meant', async () => {
    const { directory } = await place(SHOP.replace('branch: main', 'brnch: main'));
    const { code, out } = await buildpass('policy', 'check', directory);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(
        'shop.yaml:10:16: entitlements.preview.allow[0].brnch: unknown key; did you mean `branch`?',
      ),
    ]);
  });

  it('checks names of issuers where a configuration is at hand, and only there', async () => {
    const { directory, config } = await place(SHOP.replace('issuer: github', 'issuer: gitlab'));
    expect((await buildpass('policy', 'check', directory)).code).toBe(0);
    expect(await buildpass('policy', 'check', '--config', config)).toMatchObject({
      code: 1,
      out: expect.stringContaining('"gitlab"') as string,
    });
  });
});

describe('buildpass policy explain', () => {
  it('permits what the broker would permit, and denies with the condition that fails', async () => {
    const { directory, claims } = await place();
    const explain = (...words: string[]) =>
      buildpass('policy', 'explain', '--claims', claims, '--entitlement', 'shop/preview', ...words);
    expect(await explain(directory)).toMatchObject({ code: 0, out: expect.stringMatching(/^permit: /) as string });
    await writeFile(claims, JSON.stringify({ ...CLAIMS, ref: 'refs/heads/feature' }));
    expect(await explain(directory)).toMatchObject({ code: 1, out: expect.stringContaining('wants main') as string });
    expect(JSON.parse((await explain(directory, '--json')).out)).toMatchObject({
      decision: 'deny',
      reasons: [{ code: 'POLICY_NO_MATCH' }],
    });
  });

  it('names the option that is missing', async () => {
    expect(await buildpass('policy', 'explain')).toMatchObject({ code: 2, err: 'buildpass: --claims is missing\n' });
  });
});
