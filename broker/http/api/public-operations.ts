// What anybody may call: how to sign in, the public face of the log, and what machines read about the broker.
import type { Operation } from './operation.ts';

const READ = { method: 'get', shown: ['nothing'] } as const;
const SENT_ON = { 303: { about: 'On to there; what goes wrong leads to `/sign-in?error=CODE`.' } } as const;
const metadata = (path: string, summary: string): Operation => ({
  ...{ ...READ, path, summary },
  answers: { 200: { about: 'As that standard has it.', json: 'Metadata' } },
  errors: [],
});

export const PUBLIC_OPERATIONS: readonly Operation[] = [
  {
    ...{ ...READ, path: '/v1/sign-in' },
    summary: 'How people can sign in here',
    answers: { 200: { about: 'The providers.', json: 'Providers' } },
    errors: [],
  },
  {
    ...{ ...READ, path: '/sign-in/{provider}' },
    summary: 'To a provider, for a browser',
    query: [
      { name: 'return', about: 'A path of the broker to come back to.', schema: { type: 'string', maxLength: 512 } },
      { name: 'step-up', about: '`1` asks who is signed in to prove it once more.', schema: { type: 'string' } },
    ],
    answers: SENT_ON,
    errors: ['NOT_FOUND'],
  },
  {
    ...{ ...READ, path: '/sign-in/{provider}/callback' },
    summary: 'Back from a provider, for the browser that went there',
    answers: SENT_ON,
    errors: ['NOT_FOUND'],
  },
  {
    ...{ ...READ, path: '/log/checkpoint' },
    summary: 'The newest signed checkpoint (C2SP tlog-checkpoint)',
    answers: { 200: { about: 'A signed note.', type: 'text/plain' } },
    errors: ['NOT_FOUND'],
  },
  {
    ...{ ...READ, path: '/log/key' },
    summary: 'The verifier keys, newest first (C2SP signed-note)',
    answers: { 200: { about: 'One a line.', type: 'text/plain' } },
    errors: [],
  },
  {
    ...{ ...READ, path: '/log/key-changes' },
    summary: 'The entries by which the log changed its keys, each with its proof (C2SP tlog-proof)',
    answers: { 200: { about: 'A receipt in JSON a line, oldest first.', type: 'text/plain' } },
    errors: [],
  },
  {
    ...{ ...READ, path: '/log/tile/{level}/{tile}' },
    summary: 'Hashes of the tree (C2SP tlog-tiles)',
    answers: { 200: { about: 'Hashes of 32 bytes.', type: 'application/octet-stream' } },
    errors: ['NOT_FOUND'],
  },
  {
    ...{ method: 'post', path: '/oauth/introspect', shown: ['relying-party'], form: 'OwnTokenForm' },
    summary: 'What became of a `jwt` credential, for whom it was made for (RFC 7662)',
    answers: {
      200: {
        about: 'Its claims while it is live and the log has it as issued; else that it is not active.',
        json: 'Introspection',
      },
    },
    errors: ['CLIENT_UNKNOWN', 'PARAMETER_INVALID', 'CONTENT_TYPE_UNSUPPORTED'],
  },
  {
    ...{ method: 'post', path: '/oauth/revoke', shown: ['nothing'], form: 'OwnTokenForm' },
    summary: 'End a `jwt` credential by showing it (RFC 7009)',
    answers: { 200: { about: 'It is ended, if it was one of ours and live.' } },
    errors: ['PARAMETER_INVALID', 'CONTENT_TYPE_UNSUPPORTED'],
  },
  metadata('/.well-known/openid-configuration', 'OpenID Connect Discovery, of `issuer`'),
  metadata('/.well-known/jwks.json', 'The key set of `issuer` (RFC 7517)'),
  metadata('/.well-known/oauth-authorization-server', 'OAuth metadata, of `url` (RFC 8414)'),
  metadata('/openapi.json', 'This document (OpenAPI 3.1)'),
  {
    ...{ ...READ, path: '/healthz' },
    summary: 'Whether the process answers',
    answers: { 200: { about: 'It does.', json: 'Alive' } },
    errors: [],
  },
  {
    ...{ ...READ, path: '/readyz' },
    summary: 'Whether it would decide',
    answers: { 200: { about: 'It would.', json: 'Ready' }, 503: { about: 'It would not.', json: 'Ready' } },
    errors: [],
  },
];
