import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../broker/approvals/approval.ts';
import { type Approver, teamFor } from '../../../broker/approvals/approvers.ts';

const TERMS: Approval['terms'] = {
  ...{ by: ['acme/releases'], count: 1, within: 1_800, self: true, apartFromAuthor: true, covers: 'job' },
  ...{ issuances: 1, entitlementDigest: 'a'.repeat(64), breakGlass: undefined },
};
const approval = (authors: Approval['authors']): Approval =>
  ({ row: {}, askers: ['prn_robin'], authors, issuer: 'github', terms: TERMS, verdicts: [] }) as unknown as Approval;
const alex: Approver = {
  ...{ principal: 'prn_alex', name: 'Alex', identity: 'github 9002', providers: ['github', 'sso'] },
  ...{ teams: new Set(['acme/releases']), stepUp: undefined },
};

describe('where who wrote the commit is kept apart, and people may approve their own request', () => {
  it.for<[string, Approval['authors'], Approver, object]>([
    ['somebody else may', ['prn_kim'], alex, { team: 'acme/releases' }],
    ['who asked may', ['prn_kim'], { ...alex, principal: 'prn_robin' }, { team: 'acme/releases' }],
    ['who wrote it may not', ['prn_kim', 'prn_alex'], alex, { code: 'OWN_COMMIT' }],
    ['nobody may once it is not known any more', undefined, alex, { code: 'OWN_COMMIT' }],
    ['nobody may who could be the author', [], { ...alex, providers: ['sso'] }, { code: 'IDENTITY_UNLINKED' }],
  ])('%s', ([_what, authors, approver, outcome]) => {
    expect(teamFor(approval(authors), approver)).toMatchObject(outcome);
  });
});
