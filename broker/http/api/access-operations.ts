// What people of security call to see what is live, to end it, and to pause and resume issuing.
import { LEASE_VIEWS } from '../../../shared/access-api.ts';
import { TARGET_FORMS, type TargetedScope } from '../../../shared/target-forms.ts';
import type { Operation } from './operation.ts';

const READ = { method: 'get', shown: ['session'] } as const;
const CHANGE = { method: 'post', shown: ['session'], fromOwnPage: true } as const;
const CHANGE_ERRORS = [
  ...(['SIGN_IN_REQUIRED', 'CROSS_SITE', 'NOT_SECURITY', 'PARAMETER_INVALID', 'STEP_UP_REQUIRED'] as const),
  ...(['TEAM_UNCONFIRMED', 'SIGN_IN_UNAVAILABLE', 'NOT_FOUND'] as const),
];
/** Of the form that the thing itself has. */
const filter = (name: string, about: string, of: TargetedScope) => ({
  ...{ name, about },
  schema: { type: 'string', pattern: TARGET_FORMS[of].pattern.source } as const,
});

/** Each by the rule of an order of revocation. */
const NARROWED: Readonly<Record<TargetedScope, string>> = {
  project: 'Only of this project.',
  entitlement: 'Only of this one: `PROJECT/ENTITLEMENT`.',
  repository: 'Only of jobs of this one: `ISSUER/ID`.',
  commit: 'Only of jobs of this commit.',
  'called-workflow': 'Only of jobs in this one, exactly as `job_workflow_ref`.',
  principal: 'Only what this person asked for.',
  lease: 'Only this one.',
};

export const ACCESS_OPERATIONS: readonly Operation[] = [
  {
    ...{ ...READ, path: '/v1/leases' },
    summary: 'Leases, newest first, each with what is left of its credential',
    query: [
      {
        name: 'state',
        about: 'Only those; `failing` are those whose credential could not be revoked yet.',
        schema: { type: 'string', enum: [...LEASE_VIEWS] },
      },
      ...(Object.keys(NARROWED) as TargetedScope[]).map((scope) => filter(scope, NARROWED[scope], scope)),
      filter('approved-by', 'Only what this person approved.', 'principal'),
      filter('before', '`next` of the page before.', 'lease'),
      { name: 'limit', about: 'How many at most.', schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 } },
    ],
    answers: { 200: { about: 'A page may be short and have a next one all the same.', json: 'LeaseList' } },
    errors: ['SIGN_IN_REQUIRED', 'NOT_SECURITY', 'PARAMETER_INVALID'],
  },
  {
    ...{ ...CHANGE, path: '/v1/revocations', json: 'RevocationOrder' },
    summary: 'End every live lease of a selector at once, after a step-up',
    answers: { 200: { about: 'How many, and what that means for their credentials.', json: 'Revocation' } },
    errors: CHANGE_ERRORS,
  },
  {
    ...{ ...READ, path: '/v1/pauses' },
    summary: 'What is paused, newest first',
    answers: { 200: { about: 'With who proposed to resume.', json: 'PauseList' } },
    errors: ['SIGN_IN_REQUIRED', 'NOT_SECURITY'],
  },
  {
    ...{ ...CHANGE, path: '/v1/pauses', json: 'PauseOrder' },
    summary: 'Pause everything, a project, an entitlement or a person, after a step-up',
    answers: { 200: { about: 'Nothing more is issued for it.', json: 'Paused' } },
    errors: CHANGE_ERRORS,
  },
  {
    ...{ ...CHANGE, path: '/v1/passkey-resets', json: 'PasskeyResetOrder' },
    summary:
      'Propose to remove all passkeys of somebody who lost them, or confirm what another proposed, after a step-up',
    answers: { 200: { about: 'Proposed, or removed.', json: 'PasskeyReset' } },
    errors: [...CHANGE_ERRORS, 'SECOND_PERSON_NEEDED'],
  },
  {
    ...{ ...CHANGE, path: '/v1/pauses/{id}/resume', json: 'ResumeOrder' },
    summary: 'Propose to resume, or confirm what somebody else proposed, after a step-up',
    answers: { 200: { about: 'Proposed, or resumed.', json: 'Resumed' } },
    errors: [...CHANGE_ERRORS, 'SECOND_PERSON_NEEDED'],
  },
];
