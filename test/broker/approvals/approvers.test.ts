import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../broker/approvals/approval.ts';
import { type Approver, teamFor } from '../../../broker/approvals/approvers.ts';

const TERMS: Approval['terms'] = {
  ...{ by: ['acme/releases'], count: 1, within: 1_800, self: true, apartFrom: [], covers: 'job' },
  ...{ issuances: 1, entitlementDigest: 'a'.repeat(64), breakGlass: undefined },
};
type Kind = Approval['terms']['apartFrom'][number];
/** The other kind is on record too, and nobody is kept apart from it. */
const approval = (kind: Kind, those: readonly string[] | undefined): Approval => {
  const authors = { 'commit-author': ['prn_alex'], 'policy-author': ['prn_alex'], [kind]: those };
  const terms = { ...TERMS, apartFrom: [kind] };
  return { row: {}, askers: ['prn_robin'], authors, issuer: 'github', terms, verdicts: [] } as unknown as Approval;
};
const alex: Approver = {
  ...{ principal: 'prn_alex', name: 'Alex', identity: 'github 9002', providers: ['github', 'sso'] },
  ...{ teams: new Set(['acme/releases']), stepUp: undefined },
};

describe.each([
  ['commit-author', 'OWN_COMMIT'],
  ['policy-author', 'OWN_POLICY'],
] as const)('where the %s is kept apart, and people may approve their own request', (kind, code) => {
  it.for<[string, readonly string[] | undefined, Approver, object]>([
    ['somebody else may', ['prn_kim'], alex, { team: 'acme/releases' }],
    ['who asked may', ['prn_kim'], { ...alex, principal: 'prn_robin' }, { team: 'acme/releases' }],
    ['who wrote it may not', ['prn_kim', 'prn_alex'], alex, { code }],
    ['nobody may once it is not known any more', undefined, alex, { code }],
    ['nobody may who could be the author', [], { ...alex, providers: ['sso'] }, { code: 'IDENTITY_UNLINKED' }],
  ])('%s', ([_what, authors, approver, outcome]) => {
    expect(teamFor(approval(kind, authors), approver)).toMatchObject(outcome);
  });
});
