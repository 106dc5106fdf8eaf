import { describe, expect, test } from 'vitest';
import type { Subject } from '../../../broker/model.ts';
import { createNoticeNames } from '../../../broker/requests/name-drift.ts';
import { buildSubject } from '../../support/build-subject.ts';

const SHOP = { name: 'shop', repositories: [{ issuer: 'github', name: 'acme/shop', id: '2001' }] };
const ISSUERS = [
  { name: 'ghes', owners: { other: '1001' } },
  { name: 'github', owners: { beta: '1002', acme: '1001' } },
];

/** Notices subjects of one project, and returns the fields of each line that was logged. */
function setUp() {
  const lines: unknown[] = [];
  const notice = createNoticeNames({ logger: { warn: (_message, fields) => lines.push(fields) }, issuers: ISSUERS });
  return { lines, notice: (overrides: Partial<Subject> = {}) => notice(SHOP, buildSubject(overrides)) };
}

describe('a name that is no longer the one written down', () => {
  test('is said once, and a second new name once more', () => {
    const { lines, notice } = setUp();
    for (const name of ['acme/store', 'acme/store', 'acme/market', 'acme/store']) notice({ repository: name });
    const repository = { project: 'shop', issuer: 'github', repository_id: '2001', listed: 'acme/shop' };
    expect(lines).toEqual([
      { ...repository, repository: 'acme/store' },
      { ...repository, repository: 'acme/market' },
    ]);
  });

  test('is said of the owner too, as the configuration lists it', () => {
    const { lines, notice } = setUp();
    for (let times = 0; times < 3; times += 1) notice({ repository: 'acme-inc/shop' });
    expect(lines).toMatchObject([
      { listed: 'acme/shop', repository: 'acme-inc/shop' },
      { issuer: 'github', repository_owner_id: '1001', listed: 'acme', repository_owner: 'acme-inc' },
    ]);
  });

  test.for([
    ['the name as it stands', {}],
    ['its letters in another case', { repository: 'Acme/SHOP', repositoryOwner: 'Acme' }],
    ['a repository that the project does not list', { repositoryId: '7', repository: 'acme/store' }],
    ['the same id at another issuer', { issuer: 'ghes', repository: 'other/store' }],
    ['an owner that is not listed', { repositoryOwnerId: '9', repositoryOwner: 'other' }],
    ['an issuer that is gone', { issuer: 'gone', repositoryOwner: 'other' }],
  ] as const)('is not %s', ([, overrides]) => {
    const { lines, notice } = setUp();
    notice(overrides);
    expect(lines).toEqual([]);
  });

  test('is said of every owner that has one, each in its own words', () => {
    const said: unknown[] = [];
    const notice = createNoticeNames({ logger: { warn: (...line) => said.push(line) }, issuers: ISSUERS });
    notice(SHOP, buildSubject({ repository: 'acme-inc/shop' }));
    notice(SHOP, buildSubject({ repositoryId: '7', repositoryOwnerId: '1002', repositoryOwner: 'gamma' }));
    expect(said).toEqual([
      [
        'a repository has another name than its policy lists: the id decides; correct the name',
        { project: 'shop', issuer: 'github', repository_id: '2001', listed: 'acme/shop', repository: 'acme-inc/shop' },
      ],
      [
        'an owner has another name than the configuration lists: the id decides; correct the name',
        { issuer: 'github', repository_owner_id: '1001', listed: 'acme', repository_owner: 'acme-inc' },
      ],
      [
        'an owner has another name than the configuration lists: the id decides; correct the name',
        { issuer: 'github', repository_owner_id: '1002', listed: 'beta', repository_owner: 'gamma' },
      ],
    ]);
  });

  test('is remembered among the thousand newest', () => {
    const { lines, notice } = setUp();
    for (let at = 0; at < 1_000; at += 1) notice({ repository: `acme/store-${at}` });
    notice({ repository: 'acme/store-0' });
    expect(lines).toHaveLength(1_000);
    notice({ repository: 'acme/store-1000' });
    notice({ repository: 'acme/store-0' });
    expect(lines).toHaveLength(1_002);
  });
});
