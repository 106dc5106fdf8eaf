// Break-glass, for people: invoking it, the incidents that are not reviewed yet, and their review.
import type { Operation } from './operation.ts';

const CHANGE = { method: 'post', shown: ['session'], fromOwnPage: true } as const;
const REFUSED = ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'PARAMETER_INVALID', 'NOT_FOUND', 'STEP_UP_REQUIRED'] as const;
const UNCONFIRMED = ['TEAM_UNCONFIRMED', 'SIGN_IN_UNAVAILABLE'] as const;

export const BREAK_GLASS_OPERATIONS: readonly Operation[] = [
  {
    ...{ ...CHANGE, path: '/v1/requests/{id}/break-glass', json: 'Invocation' },
    summary: 'Let the job go on without approvals, in an emergency and after a step-up; everybody is told',
    answers: { 200: { about: 'The request as it is now.', json: 'RequestDetail' } },
    errors: [
      ...([...REFUSED, ...UNCONFIRMED, 'NOT_AN_INVOKER', 'BREAK_GLASS_SHUT', 'APPROVAL_CHANGED'] as const),
      ...(['APPROVAL_DECIDED', 'APPROVAL_EXPIRED', 'JOB_GONE'] as const),
    ],
  },
  {
    ...{ method: 'get', path: '/v1/break-glass', shown: ['session'] },
    summary: 'The incidents that nobody has reviewed yet, and that concern this person',
    answers: { 200: { about: 'The oldest first.', json: 'BreakGlassIncidents' } },
    errors: ['SIGN_IN_REQUIRED'],
  },
  {
    ...{ ...CHANGE, path: '/v1/break-glass/{project}/{entitlement}/review', json: 'BreakGlassReview' },
    summary: 'Review an incident in which this person neither asked nor invoked; break-glass is open again',
    answers: { 200: { about: 'The incidents that are left.', json: 'BreakGlassIncidents' } },
    errors: [...REFUSED, ...UNCONFIRMED, 'NOT_A_REVIEWER', 'OWN_INCIDENT', 'IDENTITY_UNLINKED', 'INCIDENT_CHANGED'],
  },
];
