// What a reload leaves in the store and on record; the stories around it are in test/scenarios/policy-loading.test.ts.
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../../broker/policy/load-policy.ts';
import { setDigest } from '../../../broker/policy/policy-set.ts';
import { adviceLine, warningLines } from '../../../broker/policy/reload-source.ts';
import { textDigest } from '../../../shared/log-digests.ts';
import {
  buildDocuments,
  buildEntitlement,
  buildOrganization,
  buildProject,
  yamlText,
} from '../../support/build-policy.ts';
import { openReloads } from '../../support/open-reloads.ts';

const [ORGANIZATION, SHOP] = buildDocuments().map(({ text }) => text) as [string, string];
const SHOP_2 = yamlText(buildProject({ title: 'Shop' }));
const BOTH = { '_organization.yaml': ORGANIZATION, 'shop.yaml': SHOP };
const asDocuments = (files: Readonly<Record<string, string>>): PolicyDocument[] =>
  Object.entries(files).map(([file, text]) => ({ file, text }));

describe('a reload', () => {
  it('puts the set in force, with an entry for each file', async () => {
    const { reload, entries, inForce } = await openReloads();
    const digest = setDigest(asDocuments(BOTH));
    expect(await reload(BOTH)).toEqual({ outcome: 'in-force', changed: true, digest, warnings: [], advised: 1 });
    expect(entries).toEqual([
      {
        type: 'organization.changed',
        file: '_organization.yaml',
        organization_digest: textDigest(ORGANIZATION),
        previous_digest: null,
        set_digest: digest,
      },
      {
        type: 'policy.changed',
        project: 'shop',
        file: 'shop.yaml',
        policy_digest: textDigest(SHOP),
        previous_digest: null,
        set_digest: digest,
      },
    ]);
    expect((await inForce()).digest).toBe(digest);
  });

  it('of the same files is no change', async () => {
    const { reload, entries } = await openReloads();
    await reload(BOTH);
    expect(await reload(BOTH)).toMatchObject({ outcome: 'in-force', changed: false });
    expect(entries).toEqual([]);
  });

  it('records the file that changed, and what it was before', async () => {
    const { reload, entries, inForce } = await openReloads();
    await reload(BOTH);
    await reload({ ...BOTH, 'shop.yaml': SHOP_2 });
    expect(entries).toMatchObject([
      { file: 'shop.yaml', policy_digest: textDigest(SHOP_2), previous_digest: textDigest(SHOP) },
    ]);
    expect((await inForce()).projects.get('shop')?.title).toBe('Shop');
  });

  it('records a file that was taken out, and of which project it was', async () => {
    const { reload, entries, inForce } = await openReloads();
    await reload(BOTH);
    await reload({ '_organization.yaml': ORGANIZATION });
    expect(entries).toMatchObject([
      { type: 'policy.changed', project: 'shop', policy_digest: null, previous_digest: textDigest(SHOP) },
    ]);
    expect([...(await inForce()).projects.keys()]).toEqual([]);
  });

  it('records a renamed file as both, in the order of their names', async () => {
    const { reload, entries } = await openReloads();
    await reload(BOTH);
    await reload({ '_organization.yaml': ORGANIZATION, 'a.yaml': SHOP });
    expect(entries).toMatchObject([
      { file: 'a.yaml', project: 'shop', policy_digest: textDigest(SHOP), previous_digest: null },
      { file: 'shop.yaml', project: 'shop', policy_digest: null, previous_digest: textDigest(SHOP) },
    ]);
  });

  it('of more than one commit has room for is kept ahead, and in force by the last commit alone', async () => {
    const { reload, entries, store, inForce } = await openReloads();
    const projects = Array.from({ length: 33 }, (_, at) => `p${at}`);
    const shop = (buildOrganization()['projects'] as Record<string, unknown>)['shop'];
    const listed = Object.fromEntries(projects.map((name) => [name, shop]));
    const organization = yamlText(buildOrganization({ projects: listed }));
    const files = Object.fromEntries(
      projects.map((project) => [`${project}.yaml`, yamlText(buildProject({ project }))]),
    );
    const reloaded = await reload({ '_organization.yaml': organization, ...files });
    expect(reloaded).toMatchObject({ outcome: 'in-force', changed: true });
    const types = entries.map((entry) => (entry as { type: string }).type);
    expect(types).toEqual([
      ...['policy.staged', 'policy.staged', 'organization.changed'],
      ...projects.map(() => 'policy.changed'),
    ]);
    expect((await inForce()).projects.size).toBe(33);
    expect(await store.read((tx) => tx.policies.versions())).toHaveLength(34);
  });

  it('counts what lint would change, all of it, where the policies are few', async () => {
    const { reload } = await openReloads();
    const rules = Array.from({ length: 210 }, (_, at) => `{ branch: b${at}, event: pull_request_target }`);
    const many = SHOP.replace(/allow:[\s\S]*$/, `allow: [${rules.join(', ')}]\n`);
    expect(await reload({ ...BOTH, 'shop.yaml': many })).toMatchObject({ advised: 211 });
    const padded = (length: number) => ({ ...BOTH, 'shop.yaml': `${SHOP}#${'x'.repeat(length - SHOP.length - 2)}\n` });
    const most = 16 * 1024 - ORGANIZATION.length;
    expect(await reload(padded(most))).toMatchObject({ advised: 1 });
    expect(await reload(padded(most + 1))).toMatchObject({ advised: undefined });
  });

  it('passes on what the loader warns of', async () => {
    const { reload } = await openReloads();
    const files = { ...BOTH, 'shop.yaml': `${SHOP}    review: { every: 90d, by: acme/security }\n` };
    expect(await reload(files)).toMatchObject({
      warnings: [{ file: 'shop.yaml', message: expect.stringContaining('has no effect yet') }],
    });
  });
});

describe('what an operator is told of policies in force', () => {
  it('is each warning of the loader, and how many findings lint has', () => {
    const warnings = [{ file: 'shop.yaml', line: 1, column: 2, key: 'a', message: 'is odd' }];
    const inForce = { outcome: 'in-force', changed: true, digest: '', advised: 0 } as const;
    expect(warningLines({ ...inForce, warnings })).toEqual(['policy: shop.yaml:1:2: a: is odd']);
    expect(adviceLine({ ...inForce, warnings, advised: 3 })).toBe(
      'policy: findings of lint: 3; `buildpass policy check` says what to change',
    );
    expect(adviceLine({ ...inForce, warnings })).toBeUndefined();
  });
});

describe('a reload of what does not load', () => {
  const BROKEN = { ...BOTH, 'shop.yaml': 'project: shop\n' };

  it('is refused on record, with the digest of what was refused, and the last good set stays', async () => {
    const { reload, entries, inForce } = await openReloads();
    await reload(BOTH);
    const refused = await reload(BROKEN);
    expect(refused).toMatchObject({ outcome: 'refused' });
    expect(entries).toEqual([
      {
        type: 'policy.refused',
        set_digest: setDigest(asDocuments(BROKEN)),
        findings: refused.outcome === 'refused' ? refused.findings : [],
      },
    ]);
    expect((await inForce()).digest).toBe(setDigest(asDocuments(BOTH)));
  });

  it('is on record once, until something else is refused or something loads', async () => {
    const { reload, entries } = await openReloads();
    const onRecord = async (files: Readonly<Record<string, string>>): Promise<number> => {
      await reload(files);
      return entries.filter((entry) => (entry as { type: string }).type === 'policy.refused').length;
    };
    const other = { ...BROKEN, 'shop.yaml': 'project: other\n' };
    const told = [];
    for (const files of [BROKEN, BROKEN, other, BROKEN, BOTH, BROKEN]) told.push(await onRecord(files));
    expect(told).toEqual([1, 0, 1, 1, 0, 1]);
  });

  it('is remembered in the store, by its digest, until something loads', async () => {
    const { reload, store } = await openReloads();
    const remembered = () => store.read((tx) => tx.meta.get('refused policy set'));
    await reload(BOTH);
    expect(await remembered()).toBeUndefined();
    await reload(BROKEN);
    expect(await remembered()).toBe(setDigest(asDocuments(BROKEN)));
    await reload(BOTH);
    expect(await remembered()).toBe('');
  });

  it('has at most twenty findings on record, each of at most 500 characters', async () => {
    const { reload, entries } = await openReloads();
    const repositories = Array.from({ length: 40 }, (_, at) => ({ name: `acme/shop-number-${at}`, id: `${at + 1}` }));
    const allow = Array.from({ length: 30 }, () => ({ repository: 'acme/none' }));
    const entitlements = { preview: buildEntitlement({ allow }) };
    await reload({ ...BOTH, 'shop.yaml': yamlText(buildProject({ repositories, entitlements })) });
    const { findings } = entries[0] as { findings: { message: string }[] };
    expect(findings.map(({ message }) => message.length)).toEqual(Array.from({ length: 20 }, () => 500));
    expect(findings[0]?.message).toMatch(
      /^"acme\/none" is not among the repositories of this policy \(acme\/shop-number-0,/,
    );
  });

  it('is cut to what can be written down, where the cut is within a character', async () => {
    const { reload, entries, directory } = await openReloads();
    const name = '😀'.repeat(60);
    for (const shift of ['', 'a']) {
      await reload({}, join(directory, `${shift}${name}`, name, name, name, name));
      const { findings } = entries[0] as { findings: { message: string }[] };
      expect(findings[0]?.message.isWellFormed()).toBe(true);
    }
  });

  it('is refused on record, too, where it cannot be read', async () => {
    const { reload, entries, directory } = await openReloads();
    await reload({ ...BOTH, 'shop.yaml': 'x'.repeat(70_000) });
    const message = `"${join(directory, 'shop.yaml')}" cannot be read: it has 70000 bytes, a policy file has at most 65536`;
    expect(entries).toEqual([
      {
        type: 'policy.refused',
        set_digest: null,
        findings: [{ file: basename(directory), line: 1, column: 1, key: '', message }],
      },
    ]);
    await reload({ ...BOTH, 'shop.yaml': 'x'.repeat(70_000) });
    expect(entries).toEqual([]);
    await reload({ ...BOTH, 'shop.yaml': 'x'.repeat(70_001) });
    expect(entries).toHaveLength(1);
  });
});

describe('the policy in force', () => {
  it('is the very set that the reload compiled, for as long as it stays', async () => {
    const { reload, inForce } = await openReloads();
    await reload(BOTH);
    const first = await inForce();
    expect(await inForce()).toBe(first);
    await reload({ ...BOTH, 'shop.yaml': SHOP_2 });
    expect(await inForce()).not.toBe(first);
  });
});
