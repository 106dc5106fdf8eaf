import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../../broker/main.ts';
import { OUR_OUTPUTS } from '../../../shared/action-outputs.ts';
import { checkout, expression, FIXTURE, imported, runImport as run, workflow } from '../../support/checkout-files.ts';
import { buildpass, recordedIo } from '../../support/command-line.ts';
import { startGithubApi, TOKEN } from '../../support/github-api-double.ts';

describe('buildpass policy import', () => {
  it('lists each stored secret with its place, what it feeds, and what replaces it', async () => {
    const { code, out } = await run(await checkout());
    expect(code).toBe(0);
    expect(out).toContain(`  AWS_ACCESS_KEY_ID
    .github/workflows/deploy.yml:21, job deploy, feeds the input aws-access-key-id of aws-actions/configure-aws-credentials
    an access key of AWS. \`aws-role\` replaces it.`);
    expect(out).toContain(
      '  SENTRY_AUTH_TOKEN\n    .github/workflows/deploy.yml:9, every job, feeds the variable SENTRY_AUTH_TOKEN\n    a fixed value. Where what takes it can trust an OpenID Connect issuer, a `jwt` replaces it. Elsewhere nothing that a broker issues does:',
    );
    expect(out).toContain(
      "  NPM_TOKEN\n    .github/workflows/deploy.yml:31, job publish, feeds the variable NODE_AUTH_TOKEN\n    a package registry token of npm. npm's trusted publishing",
    );
    expect(out).toContain('an identifier, no secret.');
    expect(out).toContain('`secrets` of the job called hands on all secrets at once');
  });

  it('drafts an entitlement a target, with a rule for each way in which a job gets there today', async () => {
    const { out } = await run(await checkout());
    expect(out).toContain(`    aws-shop-deploy:
      risk: high # DECIDE: how much harm it could do
      credential:
        kind: aws-role
        role: "arn:aws:iam::111122223333:role/shop-deploy"
        region: eu-west-1
      ttl: 15m
      allow:
        - branch: [main, "release/**"]
          event: [push, workflow_dispatch]
          environment: production
          workflow: .github/workflows/deploy.yml
          runner: github-hosted
        - tag: "v*"
          event: push
          environment: production
          workflow: .github/workflows/deploy.yml
          runner: github-hosted
`);
    expect(out).toContain(
      '      # DECIDE: .github/workflows/clouds.yml also starts by issue_comment, which strangers can cause: no rule allows that',
    );
  });

  it('shows the change of each job, and takes away no permission that it has', async () => {
    const { out } = await run(await checkout(), '--broker-url', 'https://broker.acme.example');
    expect(out).toContain(`  jobs:
    deploy:
      permissions: { contents: read, packages: write, id-token: write }
      steps:
        - id: aws-shop-deploy
          uses: acme/buildpass@v1
          with:
            broker-url: https://broker.acme.example
            entitlement: shop/aws-shop-deploy
        # Take out: the step "Configure AWS credentials" with aws-actions/configure-aws-credentials.
        # Take out: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, here and then in the settings of the repository.
`);
  });

  it('writes drafts that load and hold once their ids are filled in, and only into a new directory', async () => {
    const root = await checkout();
    const target = join(root, 'drafts');
    expect((await run(root, '--write', target)).out).toContain(`The drafts are in ${target}`);
    expect(await readdir(target)).toEqual(['_organization.yaml', 'shop.yaml', 'tests', 'workflow-changes.md']);
    const api = await startGithubApi({
      repositories: { 'acme/shop': 1, 'acme/libs': 2, 'acme/docs': 3 },
      teams: { 'acme/platform': 4 },
    });
    const io = recordedIo({ GITHUB_TOKEN: TOKEN, GITHUB_API_URL: api.url });
    expect([await main(['policy', 'pin', target, '--write'], io), io.written.err]).toEqual([0, '']);
    expect(await buildpass('policy', 'check', target)).toMatchObject({ code: 0 });
    expect(await buildpass('policy', 'test', '--strict', target)).toMatchObject({ code: 0 });
    expect(await readFile(join(target, 'shop.yaml'), 'utf8')).toContain(
      '{ name: acme/shop, id: "1" } # the id decides: ',
    );
    expect(await run(root, '--write', target)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is there already: name a new directory') as string,
    });
    expect(await run(root, '--write', join(root, 'no/such'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be made') as string,
    });
  });

  it('tells of no output that the action does not have', async () => {
    const root = await checkout();
    await run(root, '--write', join(root, 'drafts'));
    const text = await readFile(join(root, 'drafts/workflow-changes.md'), 'utf8');
    const told = [...text.matchAll(/steps\.[\w-]+\.outputs\.([\w-]+)/g)].map(([, name = '']) => name);
    expect(told).toEqual(expect.arrayContaining(['aws-session-token', 'access_token', 'project_id']));
    expect(told.filter((name) => !OUR_OUTPUTS.includes(name) && !name.startsWith('vault-'))).toEqual([]);
  });

  it('answers programs in one line of JSON', async () => {
    const { code, out } = await run(await checkout(), '--json');
    expect([code, out.trim().split('\n').length]).toEqual([0, 1]);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      workflows: ['.github/workflows/clouds.yml', '.github/workflows/deploy.yml'],
      secrets: expect.arrayContaining([
        expect.objectContaining({ secret: 'RELEASE_PAT', line: 17, job: 'deploy', replaced_by: 'github-token' }),
      ]) as unknown,
      accesses: expect.arrayContaining([
        expect.objectContaining({
          kind: 'aws-role',
          undecided: [],
          jobs: [{ file: '.github/workflows/deploy.yml', job: 'deploy' }],
        }),
      ]) as unknown,
      draft: { policy: expect.stringContaining('project: shop') as string },
    });
  });

  it('drafts a `jwt` for each token of a service of one’s own, and marks what stands in, in both files', async () => {
    const uses = ['DEPLOY_TOKEN', 'UPLOAD_TOKEN'].map((name) => `{ ${name}: "${expression(`secrets.${name}`)}" }`);
    const { out } = await imported(workflow(`{ run: ./a, env: ${uses[0]} }\n      - { run: ./b, env: ${uses[1]} }`));
    expect(out.match(/^ {2,4}(deploy|upload):$/gm)).toEqual(['    deploy:', '    upload:']);
    expect(out).toContain(
      'audience: https://decide-me.example.com # DECIDE: this stands in for what the service takes',
    );
    expect(out).toContain(
      '- { kind: jwt, audiences: [https://decide-me.example.com] } # DECIDE: the same as in the policy',
    );
    expect(out).toContain('  jwt, in place of UPLOAD_TOKEN. To decide: audience.');
    expect(out).toContain(`UPLOAD_TOKEN: ${expression('steps.upload.outputs.token')}`);
  });

  it('drafts no rule that another one contains', async () => {
    const { out } = await imported(
      `on: push\njobs:\n${['', 'environment: live, '].map((more, at) => `  j${at}: { ${more}steps: [{ uses: hashicorp/vault-action@v3, with: { secrets: kv/shop key } }] }\n`).join('')}`,
    );
    expect(out.match(/^ {8}- branch: main$/gm)).toHaveLength(1);
    expect(out).not.toContain('environment: live\n');
  });

  it('says so where there is nothing to replace', async () => {
    const { code, out } = await imported(workflow(`run: echo hello ${expression('secrets.GITHUB_TOKEN')}`));
    expect([code, out]).toEqual([
      0,
      '1 workflow read.\n\nThere is nothing here that a policy could replace: no draft.\n',
    ]);
  });

  it('takes the repository of the remote, and no token that stands in its address', async () => {
    const root = await checkout();
    await mkdir(join(root, '.git'));
    await writeFile(
      join(root, '.git/config'),
      '[remote "origin"]\n\turl = https://x:ghp_012345678901234567890123@github.com/acme/Web.Shop.git\n',
    );
    const { code, out } = await buildpass('policy', 'import', root);
    expect([code, out]).toEqual([0, expect.stringContaining('  project: web-shop\n  owner: acme/decide-me # DECIDE')]);
    expect(out).not.toContain('ghp_');
  });

  it.each<[what: string, words: string[], sentence: string]>([
    ['no checkout', [], 'name the checkout'],
    ['no workflows', ['/'], '"/" has no workflows: there is no directory .github/workflows in it'],
    ['an unknown repository', [FIXTURE.replace('/workflows', '')], 'has no workflows'],
  ])('is used wrongly with %s', async (_what, ...[words, sentence]) => {
    expect(await buildpass('policy', 'import', ...words)).toMatchObject({
      code: 2,
      err: expect.stringContaining(sentence) as string,
    });
  });

  it.each([
    ['--repository', 'shop'],
    ['--project', 'Web Shop'],
    ['--owner', 'platform'],
    ['--broker-url', 'http://broker.example'],
  ])('is used wrongly with %s %s', async (option, value) => {
    const words = ['--repository', '--owner'].includes(option) ? [] : ['--repository', 'acme/shop'];
    const ran = await buildpass(
      'policy',
      'import',
      await checkout(),
      ...words,
      ...(option === '--owner' ? ['--repository', 'acme/shop'] : []),
      option,
      value,
    );
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining(option) as string });
  });
});

describe('what a workflow takes from secrets and variables', () => {
  const step = (role: string): string =>
    `{ uses: aws-actions/configure-aws-credentials@v5, with: { aws-region: eu-west-1, role-to-assume: "${expression(role)}" } }`;
  const job = (name: string, environment: string, role: string): string =>
    `  ${name}: { environment: ${environment}, steps: [${step(role)}] }\n`;

  it('is another thing where the source or the environment is another, and is named after it', async () => {
    const jobs = job('a', 'beta', 'secrets.ROLE_ARN') + job('b', 'beta', 'secrets.ROLE_ARN');
    const others = job('c', 'prod', 'secrets.ROLE_ARN') + job('d', 'beta', 'vars.OTHER_ROLE');
    const { out } = await imported(`on: push\njobs:\n${jobs}${others}`);
    const names = [...out.matchAll(/^ {4}([a-z0-9-]+):$/gm)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(['aws-role-arn', 'aws-role-arn-2', 'aws-other-role']));
    expect(out).toContain('# DECIDE: this stands in for vars.OTHER_ROLE of the workflow');
    expect(out).toContain('aws-role: region eu-west-1. To decide: role (secrets.ROLE_ARN).');
  });

  it.each([
    ['us-gov-east-1', 'aws-us-gov', 'us-gov-east-1'],
    ['cn-north-1', 'aws-cn', 'cn-north-1'],
    ['nowhere', 'aws', 'eu-west-1'],
  ])('is stood in for by a role of the part of AWS that the region %s is of', async (region, partition, drafted) => {
    const { out } = await imported(
      `on: push\njobs:\n${job('a', 'beta', 'secrets.ROLE_ARN')}`.replace('eu-west-1', region),
    );
    expect(out).toContain(`role: "arn:${partition}:iam::000000000000:role/decide-me"`);
    expect(out).toContain(`region: ${drafted}`);
    expect(out).not.toContain('does not hold');
  });

  it('is not taken for what only has the word in its name', async () => {
    const { out } = await imported(workflow(`run: echo ${expression('steps.kv-secrets.outputs.x')}`));
    expect(out).not.toContain('Stored secrets');
    const called = await imported(workflow(`run: echo ${expression('secrets.target-role')}`));
    expect(called.out).toContain('  TARGET-ROLE\n');
  });
});
