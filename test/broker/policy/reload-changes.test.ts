// What a reload says of the organization's file that it replaces, and of whose file it was.
import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../../broker/policy/load-policy.ts';
import { setDigest, type TextedSet } from '../../../broker/policy/policy-set.ts';
import { textDigest } from '../../../shared/log-digests.ts';
import { buildContext, buildDocuments, buildOrganization, buildProject, yamlText } from '../../support/build-policy.ts';
import { openReloads, putInForce } from '../../support/open-reloads.ts';

const [ORGANIZATION, SHOP] = buildDocuments().map(({ text }) => text) as [string, string];
const SHOP_2 = yamlText(buildProject({ title: 'Shop' }));
const longest = (ttl: string): string => `${ORGANIZATION}guardrails: { longest-ttl: { low: ${ttl} } }\n`;
const withOrganization = (text: string) => ({ '_organization.yaml': text, 'shop.yaml': SHOP });
const UNKNOWN = 'what was in force before cannot be read by this version: what changed is not known';

/** A set of these files, whether it loads here or not. */
function setOf(files: Readonly<Record<string, string>>): Pick<TextedSet, 'digest' | 'documents'> {
  const documents = Object.entries(files).map(([file, text]) => ({ file, text, digest: textDigest(text) }));
  return {
    digest: setDigest(documents),
    documents: documents.map((one) => ({ ...one, project: one.file === 'shop.yaml' ? 'shop' : undefined })),
  };
}

describe('a change of the organization’s file', () => {
  it('is on record with what it loosened, in words', async () => {
    const { reload, entries } = await openReloads();
    await reload(withOrganization(longest('15m')));
    await reload(withOrganization(longest('1h')));
    expect(entries).toMatchObject([{ loosened: ['`longest-ttl` for low risk is 1h, and was 15m'] }]);
    await reload(withOrganization(`${longest('1h')}# seen\n`));
    expect(Object.keys(entries[0] as object).filter((key) => /ened$|wise$/.test(key))).toEqual([]);
  });

  it('is found wherever it stands among the files', async () => {
    const { reload, entries } = await openReloads();
    const { shop } = buildOrganization()['projects'] as Record<string, unknown>;
    const listed = yamlText(buildOrganization({ projects: { shop, api: shop } }));
    const api = yamlText(buildProject({ project: 'api' }));
    const files = (ttl: string) => ({
      'A.yaml': api,
      ...withOrganization(`${listed}guardrails: { longest-ttl: { low: ${ttl} } }\n`),
    });
    await reload(files('15m'));
    await reload(files('1h'));
    expect(entries).toMatchObject([{ loosened: ['`longest-ttl` for low risk is 1h, and was 15m'] }]);
  });

  it('is not looked for in a change of a project', async () => {
    const { reload, compared } = await openReloads();
    await reload(withOrganization(ORGANIZATION));
    await reload({ ...withOrganization(ORGANIZATION), 'shop.yaml': SHOP_2 });
    expect(compared()).toBe(0);
    await reload(withOrganization(longest('15m')));
    expect(compared()).toBe(2);
  });

  it('of one that this version cannot read says that what changed is not known', async () => {
    const { reload, entries, store } = await openReloads();
    await putInForce(store, setOf(withOrganization('teams: [')));
    await reload(withOrganization(ORGANIZATION));
    expect(entries).toMatchObject([{ type: 'organization.changed', loosened: [UNKNOWN] }]);
  });

  it.each([
    ['another', withOrganization(longest('15m'))],
    ['none', undefined],
  ])('says the same where somebody else replaced %s meanwhile', async (_what, before) => {
    const { reload, entries, beforeCommit } = await openReloads();
    if (before !== undefined) await reload(before);
    beforeCommit((store) => putInForce(store, setOf(withOrganization(longest('30m')))));
    await reload(withOrganization(longest('1h')));
    expect(entries).toMatchObject([
      { type: 'organization.changed', previous_digest: textDigest(longest('30m')), loosened: [UNKNOWN] },
    ]);
  });

  it('of its name in the configuration takes the old one out, as a file of no project', async () => {
    const { reload, entries, store } = await openReloads();
    const documents = [
      { file: 'org.yaml', text: ORGANIZATION },
      { file: 'shop.yaml', text: SHOP },
    ];
    const before = loadPolicy(documents, buildContext({ organizationFile: 'org.yaml' }));
    if (!before.ok) throw new Error('it loads');
    await putInForce(store, before.policies);
    await reload(withOrganization(ORGANIZATION));
    expect(entries).toMatchObject([
      { type: 'organization.changed', file: '_organization.yaml', previous_digest: null },
      { type: 'policy.changed', file: 'org.yaml', project: '', policy_digest: null },
    ]);
  });
});
