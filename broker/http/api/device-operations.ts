// `buildpass login`: what the command line calls, what the page for it calls, and what is logged in.
import type { Operation } from './operation.ts';

const CHANGED = { 204: { about: 'Done.' } } as const;

export const DEVICE_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/oauth/device_authorization', shown: ['nothing'], form: 'DeviceAuthorizationForm' },
    summary: 'Begin to log a command line in (RFC 8628 §3.1); `/v1/token` with the grant of device codes ends it',
    answers: { 200: { about: 'The codes.', json: 'DeviceAuthorization' } },
    errors: ['PARAMETER_INVALID', 'CONTENT_TYPE_UNSUPPORTED'],
  },
  {
    ...{ method: 'get', path: '/v1/device-logins/{user_code}', shown: ['session'] },
    summary: 'What waits under the code that a person typed',
    answers: { 200: { about: 'When and from where it was asked, and until when it would last.', json: 'DeviceLogin' } },
    errors: ['SIGN_IN_REQUIRED', 'USER_CODE_UNKNOWN'],
  },
  {
    ...{ method: 'post', path: '/v1/device-logins/{user_code}', shown: ['session'], fromOwnPage: true },
    ...{ json: 'DeviceDecision' },
    summary: 'Allow it, after a step-up or a sign-in a moment ago, or refuse it',
    answers: CHANGED,
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'PARAMETER_INVALID', 'STEP_UP_REQUIRED', 'USER_CODE_UNKNOWN'],
  },
  {
    ...{ method: 'get', path: '/v1/me/command-lines', shown: ['session'] },
    summary: 'The command lines of this person that are logged in',
    answers: { 200: { about: 'Newest first.', json: 'CommandLineList' } },
    errors: ['SIGN_IN_REQUIRED'],
  },
  {
    ...{ method: 'delete', path: '/v1/me/command-lines/{id}', shown: ['session'], fromOwnPage: true },
    summary: 'End one of them',
    answers: CHANGED,
    errors: ['SIGN_IN_REQUIRED', 'CROSS_SITE', 'NOT_FOUND'],
  },
];
