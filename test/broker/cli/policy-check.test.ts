import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PolicyCheckOptions, policyCheck } from '../../../broker/cli/policy-check.ts';
import { GUARDED, OFFERED } from '../../support/build-lint.ts';
import { buildContext, buildDocuments, buildPolicies, type PolicyParts } from '../../support/build-policy.ts';
import { temporaryDirectory } from '../../support/config-file.ts';

/** Nothing in it that lint would change, unless a test says otherwise. */
async function check(
  { organization = OFFERED, ...others }: PolicyParts,
  json = false,
  options: Partial<PolicyCheckOptions> = {},
): Promise<{ code: number; lines: readonly string[]; directory: string }> {
  const directory = await temporaryDirectory();
  for (const { file, text } of buildDocuments({ organization, ...others }))
    await writeFile(join(directory, file), text);
  const lines: string[] = [];
  const code = await policyCheck({
    directory,
    context: buildContext(),
    json,
    ...options,
    write: (line) => lines.push(line.replaceAll(`${directory}/`, '')),
  });
  return { code, lines, directory };
}

const WELL = buildPolicies({ organization: OFFERED });
const RISKY = { entitlement: { ...GUARDED, expires: undefined } };

describe('policyCheck', () => {
  it('says what lint would change, with its code, the change and the lists, and still says well', async () => {
    const { code, lines } = await check(RISKY);
    expect(code).toBe(0);
    expect(lines).toEqual([
      'shop.yaml:8:3: entitlements.preview: warning: LINT_NO_REVIEW: nobody ever looks again whether this entitlement of high risk is still needed. Change: `expires` with the last day; or `review: { every: 90d, by: [acme/security] }`, by which nobody is asked yet. (NHI1:2025, CICD-SEC-2)',
      expect.stringMatching(/^1 project, 1 entitlement, 1 warning: well\. /),
    ]);
    expect(JSON.parse((await check(RISKY, true)).lines[0] ?? '').warnings).toEqual([
      expect.objectContaining({
        code: 'LINT_NO_REVIEW',
        nhi: 'NHI1:2025',
        cicd_sec: 'CICD-SEC-2',
        remedy: expect.any(String),
      }),
    ]);
  });

  it.each([
    ['a finding of lint', RISKY, 1],
    ['a warning of the loader', { entitlement: { review: { every: '90d', by: 'acme/platform' } } }, 1],
    ['nothing', {}, 0],
  ])('strict, exits by %s', async (_what, parts, expected) => {
    const { code, lines } = await check(parts, false, { strict: true });
    expect(code).toBe(expected);
    expect(lines.at(-1)).toMatch(
      expected === 0 ? /: well\./ : /1 warning: it would be put in force, and --strict takes no warnings\./,
    );
    expect((await check(parts, true, { strict: true })).code).toBe(expected);
  });

  it('prints the risk figure of each entitlement where it is asked for', async () => {
    const { lines } = await check({}, false, { risk: true });
    expect(lines.slice(0, 3)).toEqual([
      'shop/preview: risk 25 of 100 (low)',
      '    5  What a JWT can do is up to the one party that it is made for.',
      '    4  Once handed out, it cannot be taken back.',
    ]);
  });

  it('says well, with what was counted and the digest of the set', async () => {
    expect(await check({})).toMatchObject({
      code: 0,
      lines: [`1 project, 1 entitlement: well. Digest ${WELL.digest}.`],
    });
  });

  it('prints errors and warnings, each with file, line and column, and then the conclusion', async () => {
    const { code, lines } = await check({
      entitlement: { ttl: '2d', mode: 'observe', review: { every: '90d', by: 'acme/platform' } },
    });
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(
        /^shop\.yaml:14:5: entitlements\.preview\.ttl: 2d is longer than a `jwt` credential can live: write 1d at most$/,
      ),
      expect.stringMatching(
        /^shop\.yaml:\d+:5: entitlements\.preview\.review: warning: is read and checked, but has no effect/,
      ),
      '1 error, 1 warning: nothing of this directory would be put in force.',
    ]);
  });

  it('answers programs in one line of JSON', async () => {
    const well = await check({}, true);
    expect(well.lines.map((line) => JSON.parse(line))).toEqual([
      {
        ...{ ok: true, digest: WELL.digest, projects: ['shop'], findings: [], warnings: [] },
        risks: [
          {
            scope: 'shop/preview',
            score: 25,
            level: 'low',
            factors: expect.arrayContaining([{ points: 4, sentence: 'Nobody has to agree.' }]),
          },
        ],
      },
    ]);
    const { code, lines } = await check({ entitlement: { risk: 'no' } }, true);
    expect(code).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      ok: false,
      findings: [{ file: 'shop.yaml', key: 'entitlements.preview.risk', message: 'must be `low` or `high`, not "no"' }],
    });
  });

  it('says why a directory cannot be read', async () => {
    const lines: string[] = [];
    const options = { directory: '/nowhere', context: buildContext(), write: (line: string) => lines.push(line) };
    expect(await policyCheck({ ...options, json: false })).toBe(1);
    expect(await policyCheck({ ...options, json: true })).toBe(1);
    const sentence = 'the policy directory "/nowhere" cannot be read: it does not exist';
    expect(lines).toEqual([sentence, JSON.stringify({ ok: false, error: sentence, findings: [], warnings: [] })]);
  });

  it.each([false, true])(
    'prints nothing of a file that a terminal or a runner would obey (as JSON: %s)',
    async (json) => {
      const parts = { entitlement: { allow: [{ branch: 'x]##[add-mask]e ::stop-commands::y' }] } };
      const { lines } = await check(parts, json);
      expect(lines.join('\n')).toContain('stop-commands');
      expect(lines.join('\n')).not.toMatch(/##\[|^\s*::/m);
      const hidden = await check({ files: { 'evil.yaml': 'a: "\u001b[2J"' } }, json);
      expect(hidden.lines.join('')).not.toContain('\u001b');
    },
  );
});
