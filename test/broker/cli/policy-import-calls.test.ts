// `policy import` on workflows that call reusable workflows and composite actions of their own repository.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkout, expression, runImport as run } from '../../support/checkout-files.ts';

const secret = (name: string): string => `"${expression(`secrets.${name}`)}"`;
const input = (name: string): string => `"${expression(`inputs.${name}`)}"`;

const ACTION = `inputs:
  role: {}
  region: { default: eu-west-1 }
  Key: {}
runs:
  using: composite
  steps:
    - run: ./prepare
      shell: bash
      env: { AWS_SECRET_ACCESS_KEY: ${input('key')} }
    - name: Sign in
      uses: aws-actions/configure-aws-credentials@v5
      with: { role-to-assume: "arn:aws:iam::111122223333:role/${expression('inputs.role')}", aws-region: ${input('region')} }
`;
const USES_ACTION = `on: { push: { branches: [main] } }
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: ./.github/actions/aws
        with: { role: shop, key: ${secret('SHOP_KEY')} }
`;
const CALLED = `on:
  workflow_call:
    inputs: { stage: { type: string }, role: { type: string, default: shop } }
    secrets: { token: {} }
jobs:
  roll-out:
    runs-on: ubuntu-latest
    environment: ${input('stage')}
    name: "${expression("inputs.constructor || format('{0}', secrets.toString)")}"
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with: { role-to-assume: "arn:aws:iam::111122223333:role/${expression('inputs.role')}", aws-region: eu-west-1 }
      - run: ./deploy
        env: { DEPLOY_TOKEN: ${secret('token')} }
`;
const caller = (more: string): string => `on: { push: { branches: [main] } }
jobs:
  production:
    uses: ./.github/workflows/roll-out.yml
    ${more}
`;

describe('composite actions of the repository', () => {
  const files = { 'deploy.yml': USES_ACTION, '../actions/aws/action.yml': ACTION };

  it('are read as steps of the job that uses them, with what it hands to them', async () => {
    const { code, out } = await run(await checkout(files));
    expect([code, out]).toEqual([0, expect.stringContaining('1 workflow and 1 action of this repository read.\n')]);
    expect(out).toContain(`  SHOP_KEY
    .github/workflows/deploy.yml:8, job deploy, feeds the input key of ./.github/actions/aws
    .github/actions/aws/action.yml:10, job deploy, feeds the variable AWS_SECRET_ACCESS_KEY
    an access key of AWS. \`aws-role\` replaces it.`);
    expect(out).toContain(`    aws-shop:
      risk: high # DECIDE: how much harm it could do
      credential:
        kind: aws-role
        role: "arn:aws:iam::111122223333:role/shop"
        region: eu-west-1
      ttl: 15m
      allow:
        - branch: main
          event: push
          environment: production
          workflow: .github/workflows/deploy.yml
          runner: github-hosted
`);
  });

  it('are changed by handing on what the job gets', async () => {
    const { out } = await run(await checkout(files));
    expect(out).toContain(
      '# Take out: the step "Sign in" with aws-actions/configure-aws-credentials in .github/actions/aws/action.yml, which gets what this step has as inputs instead.',
    );
    expect(out).toContain('# Take out: SHOP_KEY, here, where they are handed on, and then in the settings');
  });

  it('may use others, and each other in a circle', async () => {
    const outer = (inner: string): string =>
      `runs: { using: composite, steps: [ { uses: ./${inner}, with: { role: nested, key: ${input('key')} } } ] }\n`;
    const nested = { ...files, '../actions/aws/action.yml': outer('b'), '../../b/action.yaml': ACTION };
    const { code, out } = await run(await checkout(nested));
    expect([code, out]).toEqual([0, expect.stringContaining('role: "arn:aws:iam::111122223333:role/nested"')]);
    expect(out).toContain('b/action.yaml:10, job deploy, feeds the variable AWS_SECRET_ACCESS_KEY');
    const circle = { ...nested, '../../b/action.yaml': outer('.github/actions/aws'), '../../c/action.yml': ACTION };
    const other = USES_ACTION.replace('.github/actions/aws', 'c').replace('role: shop', 'role: other');
    const { out: inCircle } = await run(await checkout({ ...circle, 'other.yml': other }));
    expect(inCircle).toContain('b/action.yaml:1: uses ./.github/actions/aws, which is not followed any further');
    expect(inCircle).toContain('role: "arn:aws:iam::111122223333:role/other"');
  });

  it('that are not there, or not readable, are said to be unknown', async () => {
    const place = '.github/workflows/deploy.yml:7: uses ./.github/actions/aws, which is no action in this checkout';
    const missing = await run(await checkout({ 'deploy.yml': USES_ACTION }));
    expect([missing.code, missing.out]).toEqual([0, expect.stringContaining(place)]);
    const broken = await run(await checkout({ ...files, '../actions/aws/action.yml': 'runs: {' }));
    expect([broken.code, broken.out]).toEqual([1, expect.stringContaining(place)]);
    expect(broken.out).toContain('  .github/actions/aws/action.yml: is not YAML: line 1\n');
  });

  it('are looked for in the checkout alone: links and ways out of it are not followed', async () => {
    const outside = await checkout({});
    await writeFile(join(outside, 'action.yml'), ACTION);
    for (const way of ['up', 'around', 'linked'] as const) {
      const root = await checkout({});
      const up = relative(root, outside);
      const uses = { up: `./${up}`, around: `./.github/../${up}`, linked: './linked' }[way];
      await writeFile(join(root, '.github/workflows/deploy.yml'), USES_ACTION.replace('./.github/actions/aws', uses));
      await symlink(outside, join(root, 'linked'));
      expect((await run(root)).out).not.toContain('aws-role:');
    }
    const root = await checkout({ 'deploy.yml': USES_ACTION });
    await mkdir(join(root, '.github/actions/aws'), { recursive: true });
    await symlink(join(outside, 'action.yml'), join(root, '.github/actions/aws/action.yml'));
    expect(await run(root)).toMatchObject({
      code: 1,
      out: expect.stringContaining('.github/actions/aws/action.yml: is a link, and links are not followed') as string,
    });
  });

  it('are not looked into where they are programs', async () => {
    const program = { ...files, '../actions/aws/action.yml': ACTION.replace('composite', 'node24') };
    const { code, out } = await run(await checkout(program));
    expect([code, out.includes('Look yourself'), out.includes('aws-role:')]).toEqual([0, false, false]);
  });
});

describe('reusable workflows of the repository', () => {
  const called = async (more: string, files = {}) =>
    run(await checkout({ 'ci.yml': caller(more), 'roll-out.yml': CALLED, ...files }));

  it('are read once for each caller, under what starts the caller and with what it hands on', async () => {
    const handed = `with: { stage: live }\n    secrets: { token: ${secret('SHOP_DEPLOY_TOKEN')} }`;
    const { code, out } = await called(handed);
    expect(code).toBe(0);
    expect(out).toContain(`  SHOP_DEPLOY_TOKEN
    .github/workflows/ci.yml:6, job production, feeds the secret token of a called workflow
    .github/workflows/roll-out.yml:14, job roll-out, feeds the variable DEPLOY_TOKEN
    a token of a service. \`jwt\` replaces it.`);
    expect(out).toContain(`        role: "arn:aws:iam::111122223333:role/shop"
        region: eu-west-1
      ttl: 15m
      allow:
        - branch: main
          event: push
          environment: live
          workflow: .github/workflows/ci.yml
          runner: github-hosted
`);
    expect(out.match(/^ {4}[a-z-]+:\n {6}risk/gm)).toHaveLength(2);
  });

  it('have their own secrets by their own names with `secrets: inherit`, and nothing is left to look at', async () => {
    const { out } = await called('secrets: inherit');
    expect(out).toContain(
      '  TOKEN\n    .github/workflows/roll-out.yml:14, job roll-out, feeds the variable DEPLOY_TOKEN',
    );
    expect(out).not.toContain('Look yourself');
  });

  it('have no secret that is not handed to them', async () => {
    expect((await called('with: { stage: live }')).out).not.toContain('Stored secrets');
  });

  it('are changed where they are written, and need the permission where they are called', async () => {
    const { out } = await called('secrets: inherit');
    expect(out).toContain(`  # .github/workflows/roll-out.yml
  jobs:
    roll-out:
      permissions: { contents: read, id-token: write } # DECIDE: what else the job needs; naming permissions takes all others away
      # It needs \`id-token: write\` where it is called, too: .github/workflows/ci.yml, job production.
`);
  });

  it('are other things where callers hand on others, and the snippet says that the caller chooses', async () => {
    const two = `${caller('with: { stage: live, role: live }')}  staging:\n    uses: ./.github/workflows/roll-out.yml\n    with: { stage: staging, role: try }\n`;
    const { out } = await called('', { 'ci.yml': two });
    expect(out).toContain('environment: live\n');
    expect(out).toContain('environment: staging\n');
    expect(out).toContain('# Which of these it asks for depends on the caller: let it hand on the name, as an input.');
  });

  it('may call others, use actions, and call each other in a circle', async () => {
    const middle =
      'on: workflow_call\njobs:\n  m:\n    uses: ./.github/workflows/roll-out.yml\n    secrets: inherit\n    with: { stage: deep }\n';
    const deep = { 'ci.yml': caller('secrets: inherit').replace('roll-out', 'middle'), 'middle.yml': middle };
    const { out } = await called('', deep);
    expect(out).toContain('          environment: deep\n          workflow: .github/workflows/ci.yml\n');
    expect(out).toContain(
      'where it is called, too: .github/workflows/ci.yml, job production.\n      # It needs `id-token: write` where it is called, too: .github/workflows/middle.yml, job m.',
    );
    const circle = await called('', { ...deep, 'roll-out.yml': middle.replace('roll-out', 'middle') });
    expect([circle.code, circle.out]).toEqual([
      0,
      expect.stringContaining(
        '.github/workflows/roll-out.yml:4: calls .github/workflows/middle.yml, which is not followed any further',
      ),
    ]);
    const uses = await called('secrets: inherit', {
      'roll-out.yml': USES_ACTION.replace(/on:.*/, 'on: workflow_call'),
      '../actions/aws/action.yml': ACTION,
    });
    expect(uses.out).toContain('          workflow: .github/workflows/ci.yml\n');
  });

  it('that are called in a circle alone are read by themselves', async () => {
    const one = (other: string): string =>
      `on: workflow_call\njobs:\n  a:\n    uses: ./.github/workflows/${other}.yml\n  b:\n    steps: [{ run: x, env: { NPM_TOKEN: ${secret('NPM_TOKEN')} } }]\n`;
    const { code, out } = await run(await checkout({ 'x.yml': one('y'), 'y.yml': one('x') }));
    expect([code, out]).toEqual([0, expect.stringMatching(/x\.yml:6, job b.*\n.*y\.yml:6, job b/)]);
  });

  it('of others are not followed, and what is handed to them is said', async () => {
    const uses = caller(`secrets: { token: ${secret('SHOP_DEPLOY_TOKEN')} }`)
      .replace('./', 'acme/automation/')
      .replace('.yml', '.yml@v1');
    expect((await called('', { 'ci.yml': uses })).out).toContain(
      '.github/workflows/ci.yml:4: hands secrets to acme/automation/.github/workflows/roll-out.yml@v1, which is not in this checkout: what it needs is drafted where it is kept',
    );
  });

  it('that double what they hand on, and call in a fan, cost little', async () => {
    const names = Array.from({ length: 12 }, (_one, at) => `w${at}`);
    const fan = Object.fromEntries(
      names.map((name) => {
        const jobs = names.map(
          (other) =>
            `  ${other}:\n    uses: ./.github/workflows/${other}.yml\n    with: { x: "${expression("format('{0}{1}', inputs.x, inputs.x)")}" }\n`,
        );
        return [`${name}.yml`, `on: [push, workflow_call]\njobs:\n${jobs.join('')}`];
      }),
    );
    const start = process.cpuUsage();
    expect(await run(await checkout(fan))).toMatchObject({
      code: 0,
      out: expect.stringContaining('not followed any further') as string,
    });
    expect(process.cpuUsage(start).user).toBeLessThan(10_000_000);
  });
});

it('what a caller wrote in place of a secret is reported where it stands, and repeated nowhere', async () => {
  const literal = 'AKIAIOSFODNN7EXAMPLE';
  const files = { 'deploy.yml': USES_ACTION.replace(secret('SHOP_KEY'), literal), '../actions/aws/action.yml': ACTION };
  const { out } = await run(await checkout(files));
  expect(out.match(/holds what looks like a secret/g)).toHaveLength(1);
  expect(out).toContain('.github/workflows/deploy.yml:8: `key` of the job deploy holds what looks like a secret');
  expect(out).not.toContain(literal);
});

it('whatever is handed on, the draft holds', async () => {
  const odd = fc.oneof(
    fc.constantFrom(
      '',
      "it's",
      '"',
      expression('secrets.X'),
      expression("format('{0}', inputs.y)"),
      '\n    evil: 1',
      '\u202e',
      '}}',
    ),
    fc.string({ maxLength: 12 }),
  );
  const property = fc.asyncProperty(fc.tuple(odd, odd, odd), async ([stage, role, token]) => {
    const handed = `with: ${JSON.stringify({ stage, role })}\n    secrets: ${JSON.stringify({ token })}`;
    const files = { 'ci.yml': caller(handed), 'roll-out.yml': CALLED };
    const { code, out, err } = await run(await checkout(files));
    expect([code, err]).toEqual([0, '']);
    expect(out).not.toContain('does not hold');
  });
  await fc.assert(property, { numRuns: 40 });
});
