import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { policyCheck } from '../../../broker/cli/policy-check.ts';
import { buildContext, buildDocuments, buildPolicies, type PolicyParts } from '../../support/build-policy.ts';
import { temporaryDirectory } from '../../support/config-file.ts';

async function check(
  parts: PolicyParts,
  json = false,
): Promise<{ code: number; lines: readonly string[]; directory: string }> {
  const directory = await temporaryDirectory();
  for (const { file, text } of buildDocuments(parts)) await writeFile(join(directory, file), text);
  const lines: string[] = [];
  const code = await policyCheck({
    directory,
    context: buildContext(),
    json,
    write: (line) => lines.push(line.replaceAll(`${directory}/`, '')),
  });
  return { code, lines, directory };
}

describe('policyCheck', () => {
  it('says well, with what was counted and the digest of the set', async () => {
    expect(await check({})).toMatchObject({
      code: 0,
      lines: [`1 project, 1 entitlement: well. Digest ${buildPolicies().digest}.`],
    });
  });

  it('prints errors and warnings, each with file, line and column, and then the conclusion', async () => {
    const { code, lines } = await check({ entitlement: { ttl: '2d', approval: { by: 'acme/security' } } });
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(
        /^shop\.yaml:14:5: entitlements\.preview\.ttl: 2d is longer than a `jwt` credential can live: write 1d at most$/,
      ),
      expect.stringMatching(/^shop\.yaml:8:3: entitlements\.preview: warning: needs approval by acme\/security/),
      '1 error, 1 warning: nothing of this directory would be put in force.',
    ]);
  });

  it('answers programs in one line of JSON', async () => {
    const well = await check({}, true);
    expect(well.lines.map((line) => JSON.parse(line))).toEqual([
      { ok: true, digest: buildPolicies().digest, projects: ['shop'], findings: [], warnings: [] },
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
