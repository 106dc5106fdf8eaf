// What people call, from the broker's own pages: signing in, their requests, their verdicts, their passkeys.
import { LIST_VIEWS } from '../../approvals/request-lists.ts';
import type { Operation } from './operation.ts';

const SESSION = { shown: ['session'] } as const;
const CHANGE = { method: 'post', shown: ['session'], fromOwnPage: true } as const;
const CHANGED = { 204: { about: 'Done.' } } as const;

export const PERSON_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/v1/requests', shown: ['session', 'command-line'] },
    summary: 'Requests that wait for this person, that they made, or that they may see',
    query: [
      { name: 'view', about: 'Which of them.', schema: { type: 'string', enum: [...LIST_VIEWS], default: 'waiting' } },
      { name: 'before', about: '`next` of the page before.', schema: { type: 'string' } },
    ],
    answers: { 200: { about: 'Newest first; of those that wait the one that ends first.', json: 'RequestList' } },
    errors: ['SIGN_IN_REQUIRED', 'PARAMETER_INVALID'],
  },
  {
    ...{ ...CHANGE, path: '/v1/requests/{id}/verdicts', json: 'Verdict' },
    summary: 'Approve or reject what the binding says, and nothing else',
    answers: { 200: { about: 'The request as it is now.', json: 'RequestDetail' } },
    errors: [
      ...(['SIGN_IN_REQUIRED', 'CROSS_SITE', 'PARAMETER_INVALID', 'NOT_FOUND', 'STEP_UP_REQUIRED'] as const),
      ...([
        'TEAM_UNCONFIRMED',
        'NOT_AN_APPROVER',
        'OWN_REQUEST',
        'OWN_COMMIT',
        'OWN_POLICY',
        'IDENTITY_UNLINKED',
        'APPROVAL_CHANGED',
      ] as const),
      ...(['APPROVAL_DECIDED', 'APPROVAL_EXPIRED', 'JOB_GONE', 'SIGN_IN_UNAVAILABLE'] as const),
    ],
  },
  {
    ...{ ...CHANGE, path: '/v1/requests/{id}/withdraw', shown: ['session', 'command-line'] },
    summary: 'Who asked takes the request back',
    answers: { 200: { about: 'The request as it is now.', json: 'RequestDetail' } },
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'NOT_FOUND', 'NOT_AN_APPROVER', 'APPROVAL_DECIDED'],
  },
  {
    ...{ ...CHANGE, path: '/v1/requests/{id}/break-glass', json: 'Invocation' },
    summary: 'Invoke the break-glass of an entitlement for a request, after a step-up',
    answers: { 200: { about: 'The request as it is now.', json: 'RequestDetail' } },
    errors: [
      ...(['SIGN_IN_REQUIRED', 'CROSS_SITE', 'PARAMETER_INVALID', 'NOT_FOUND', 'STEP_UP_REQUIRED'] as const),
      ...(['TEAM_UNCONFIRMED', 'NOT_AN_APPROVER', 'OWN_REQUEST', 'IDENTITY_UNLINKED', 'APPROVAL_CHANGED'] as const),
      ...(['APPROVAL_DECIDED', 'APPROVAL_EXPIRED', 'JOB_GONE', 'BREAK_GLASS_SHUT', 'SIGN_IN_UNAVAILABLE'] as const),
    ],
  },
  {
    ...{ method: 'get', path: '/v1/break-glass', ...SESSION },
    summary: 'Incidents that nobody has reviewed yet, of those that this person may see',
    answers: { 200: { about: 'With every invocation.', json: 'Incidents' } },
    errors: ['SIGN_IN_REQUIRED'],
  },
  {
    ...{ ...CHANGE, path: '/v1/break-glass/{project}/{entitlement}/review', json: 'IncidentReview' },
    summary: 'Review an incident, after a step-up',
    answers: { 200: { about: 'What is left to review.', json: 'Incidents' } },
    errors: [
      ...(['SIGN_IN_REQUIRED', 'CROSS_SITE', 'PARAMETER_INVALID', 'NOT_FOUND', 'STEP_UP_REQUIRED'] as const),
      ...(['TEAM_UNCONFIRMED', 'NOT_AN_APPROVER', 'OWN_INCIDENT', 'INCIDENT_CHANGED', 'SIGN_IN_UNAVAILABLE'] as const),
    ],
  },
  {
    ...{ method: 'get', path: '/v1/me', ...SESSION },
    summary: 'Who is signed in: identities, teams, roles, the session and its step-up',
    answers: { 200: { about: 'The person.', json: 'Me' } },
    errors: ['SIGN_IN_REQUIRED'],
  },
  {
    ...{ ...CHANGE, path: '/v1/me/identities/{provider}' },
    summary: 'Begin to link an identity at another provider',
    answers: { 200: { about: 'Where it is proven.', json: 'LinkStarted' } },
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'STEP_UP_REQUIRED', 'NOT_FOUND', 'SIGN_IN_UNAVAILABLE'],
  },
  {
    ...{ ...CHANGE, path: '/v1/sign-out' },
    summary: 'End this session',
    answers: CHANGED,
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE'],
  },
  {
    ...{ ...CHANGE, path: '/v1/sign-out-everywhere' },
    summary: 'End every session of this person',
    answers: CHANGED,
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE'],
  },
  {
    ...{ method: 'get', path: '/v1/passkeys', ...SESSION },
    summary: 'The passkeys of this person',
    answers: { 200: { about: 'Their names, never their keys.', json: 'PasskeyList' } },
    errors: ['SIGN_IN_REQUIRED'],
  },
  {
    ...{ ...CHANGE, path: '/v1/passkeys/options' },
    summary: 'Begin to register a passkey',
    answers: { 200: { about: 'For `navigator.credentials.create`.', json: 'WebAuthnOptions' } },
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'STEP_UP_REQUIRED'],
  },
  {
    ...{ ...CHANGE, path: '/v1/passkeys', json: 'PasskeyRegistration' },
    summary: 'Register a passkey',
    answers: { 201: { about: 'Registered.', json: 'Passkey' } },
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'PARAMETER_INVALID', 'PASSKEY_REFUSED'],
  },
  {
    ...{ ...CHANGE, method: 'delete', path: '/v1/passkeys/{id}' },
    summary: 'Remove a passkey, after a step-up',
    answers: CHANGED,
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'STEP_UP_REQUIRED', 'NOT_FOUND'],
  },
  {
    ...{ ...CHANGE, path: '/v1/step-up/options' },
    summary: 'Begin a step-up with a passkey',
    answers: { 200: { about: 'For `navigator.credentials.get`.', json: 'WebAuthnOptions' } },
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'PASSKEY_REFUSED'],
  },
  {
    ...{ ...CHANGE, path: '/v1/step-up', json: 'PasskeyResponse' },
    summary: 'Step up with a passkey: good for five minutes',
    answers: { 200: { about: 'Stepped up.', json: 'SteppedUp' } },
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'PARAMETER_INVALID', 'PASSKEY_REFUSED'],
  },
];
