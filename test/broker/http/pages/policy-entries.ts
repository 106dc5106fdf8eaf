// Entries of what is loaded, each with the words that it has on a page.
const DIGEST = 'ab'.repeat(32);

export const policy = {
  project: 'shop',
  file: 'Approved by security.yaml',
  policy_digest: DIGEST,
  previous_digest: null,
  set_digest: DIGEST,
};
const organization = {
  file: '_organization.yaml',
  organization_digest: DIGEST,
  previous_digest: DIGEST,
  set_digest: DIGEST,
};

export const POLICY_ENTRIES: readonly (readonly [type: string, fields: object, what: string, detail: string])[] = [
  [
    'policy.staged',
    { set_digest: DIGEST, documents: [{ file: 'shop.yaml', digest: DIGEST, project: 'shop' }] },
    'Policies staged',
    '1 file is kept ahead of a large change. What comes into force has entries of its own.',
  ],
  ['policy.changed', policy, 'Policy loaded', ''],
  ['policy.changed', { ...policy, previous_digest: DIGEST }, 'Policy changed', ''],
  ['policy.changed', { ...policy, policy_digest: null }, 'Policy removed', ''],
  ['policy.refused', { set_digest: DIGEST, findings: [] }, 'New policies refused', ''],
  ['organization.changed', organization, 'Organization changed', ''],
  [
    'organization.changed',
    { ...organization, loosened: ['a', 'b'], tightened: ['c'] },
    'Organization changed, loosened',
    'Loosened: quote: a end of quote; quote: b end of quote. Tightened: quote: c end of quote.',
  ],
  [
    'organization.changed',
    { ...organization, otherwise: ['d'] },
    'Organization changed',
    'Otherwise: quote: d end of quote.',
  ],
];
