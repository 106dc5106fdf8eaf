// What jobs call: asking, explaining, waiting, giving back.
import type { ErrorCode } from '../../../shared/error-codes.ts';
import type { Operation } from './operation.ts';

/** Whatever takes a subject token may find it wanting. */
const TOKEN_ERRORS: readonly ErrorCode[] = [
  'TOKEN_MALFORMED',
  'TOKEN_SIGNATURE_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_TOO_OLD',
  'TOKEN_NOT_YET_VALID',
  'TOKEN_REPLAYED',
  'AUDIENCE_MISMATCH',
  'ISSUER_UNTRUSTED',
  'OWNER_NOT_ALLOWED',
  'ISSUER_UNREACHABLE',
];

export const JOB_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/v1/token', shown: ['subject-token'], form: 'TokenForm' },
    summary:
      'Ask for a credential (RFC 8693 token exchange), or collect one that people approved; or poll for the login of a command line (RFC 8628)',
    answers: {
      200: { about: 'Issued, or logged in.', json: ['Issued', 'DeviceToken'] },
      400: { about: 'Refused, asked wrongly, or people must decide first (`authorization_pending`).', json: 'Refusal' },
      503: { about: 'Our own trouble: ask again after `Retry-After` with the same `request_secret`.', json: 'Refusal' },
    },
    errors: [
      ...TOKEN_ERRORS,
      ...(['PARAMETER_INVALID', 'REQUEST_SECRET_INVALID', 'REQUEST_MISMATCH', 'REQUEST_OF_ANOTHER_JOB'] as const),
      ...(['REQUEST_SPENT', 'ISSUANCE_IN_PROGRESS', 'POLICY_LOADING', 'PAUSED', 'UPSTREAM_FAILED'] as const),
      'CONTENT_TYPE_UNSUPPORTED',
    ],
  },
  {
    ...{ method: 'post', path: '/v1/explain', shown: ['subject-token'], form: 'ExplainForm' },
    summary: 'What the answer to an ask would be; nothing is issued, the subject token is used up',
    answers: { 200: { about: 'The decision and its reasons.', json: 'Explanation' } },
    errors: [...TOKEN_ERRORS, 'AUTHORIZATION_MISSING', 'PARAMETER_INVALID', 'CONTENT_TYPE_UNSUPPORTED'],
  },
  {
    ...{ method: 'get', path: '/v1/catalog', shown: ['subject-token', 'session', 'command-line'] },
    summary: 'What a job may ask for and what would be missing; for a person, all that is on offer',
    query: [{ name: 'after', about: 'For a job: `next` of the page before.', schema: { type: 'string' } }],
    answers: { 200: { about: 'By what was shown.', json: ['Catalog', 'PeopleCatalog'] } },
    errors: [...TOKEN_ERRORS, 'AUTHORIZATION_MISSING', 'SIGN_IN_REQUIRED', 'PARAMETER_INVALID', 'PAUSED'],
  },
  {
    ...{ method: 'get', path: '/v1/requests/{id}', shown: ['request-secret', 'session', 'command-line'] },
    summary: 'For the job that asked: the state, waiting for it; for a person: all that a verdict needs',
    query: [
      {
        name: 'wait',
        about: 'For the job: seconds to hold the answer while people decide.',
        schema: { type: 'integer', minimum: 0, maximum: 30, default: 0 },
      },
    ],
    answers: { 200: { about: 'By what was shown.', json: ['RequestStatus', 'RequestDetail'] } },
    errors: ['AUTHORIZATION_MISSING', 'PARAMETER_INVALID', 'SIGN_IN_REQUIRED', 'NOT_FOUND'],
  },
  {
    ...{ method: 'delete', path: '/v1/requests/{id}', shown: ['request-secret'] },
    summary: 'The job takes its request back',
    answers: { 200: { about: 'What it is now.', json: 'RequestStatus' } },
    errors: ['AUTHORIZATION_MISSING', 'NOT_FOUND'],
  },
  {
    ...{ method: 'delete', path: '/v1/leases/{id}', shown: ['request-secret', 'subject-token'] },
    summary: 'A job gives back what it got',
    answers: {
      200: { about: 'The return is on record, and this is what it means.', json: 'LeaseReturn' },
      204: { about: 'It was gone already.' },
    },
    errors: [...TOKEN_ERRORS, 'AUTHORIZATION_MISSING', 'NOT_FOUND'],
  },
];
