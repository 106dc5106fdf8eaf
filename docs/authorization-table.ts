// Who may do what: every operation of the HTTP API, for every kind of caller, and what is answered. docs/authorization.md is made
// from it, and test/scenarios/authorization.test.ts sends every combination to a real broker: what stands here is what happens.

/** Columns. People have a fresh session, jobs show what the operation takes: the secret of their request or a subject token. */
export const CALLERS = {
  nobody: 'shows nothing',
  job: 'the job that asked, of a repository of `shop`',
  'another job': 'another job of the same repository',
  'a stranger': 'a job of a repository that no policy lists',
  requester: 'the person behind the job that asked',
  approver: 'a member of the team that approves in `shop`',
  owner: 'a member of the team that answers for the policy of `shop`',
  security: 'a person with the role security',
  operator: 'a person with the role operators',
  'of mail': 'a member of the teams of `mail`, another project',
  'another site': 'a page of another site, in the browser of the approver',
  'a command line':
    'the shell of another member of the team that approves in `shop`, logged in, and posing as a page of the broker',
} as const;

export type Caller = keyof typeof CALLERS;

/** A status where it goes well, else the code. */
export type Outcome = number | string;

export interface AuthorizationRow {
  /** `get /v1/requests/{id}` */
  readonly operation: string;
  /** whose request, lease or entitlement it is about */
  readonly about?: 'shop' | 'mail';
  readonly outcomes: Readonly<Record<Caller, Outcome>>;
}

const PEOPLE: readonly Caller[] = ['requester', 'approver', 'owner', 'security', 'operator', 'of mail', 'another site'];
const NAMES = Object.keys(CALLERS) as Caller[];

type Some = Readonly<Partial<Record<Caller, Outcome>>>;
const all = (outcome: Outcome, but: Some = {}): Record<Caller, Outcome> =>
  ({ ...Object.fromEntries(NAMES.map((name) => [name, outcome])), ...but }) as Record<Caller, Outcome>;
/** Reading is no change: it is the browser that keeps what it read from the other site. */
const anyPerson = (outcome: Outcome, but: Some = {}): Record<Caller, Outcome> => ({
  ...all('SIGN_IN_REQUIRED'),
  ...Object.fromEntries(PEOPLE.map((name) => [name, outcome])),
  ...but,
});
const changing = (outcome: Outcome, but: Some = {}): Record<Caller, Outcome> =>
  anyPerson(outcome, { 'another site': 'CROSS_SITE', ...but });
const CROSS_SITE: Some = { 'another site': 'CROSS_SITE' };
const ofSecurity = (outcome: Outcome, but: Some = {}): Record<Caller, Outcome> =>
  anyPerson('NOT_SECURITY', { security: outcome, ...but });
const anybody = (operation: string, outcome: Outcome = 200): AuthorizationRow => ({
  operation,
  outcomes: all(outcome),
});

const TOKEN_MISSING = 'PARAMETER_INVALID';
const BEARER_MISSING = 'AUTHORIZATION_MISSING';
/** A bearer that is neither a job's token nor the secret of a request. */
const NO_TOKEN: Some = { 'a command line': 'TOKEN_MALFORMED' };
const READS: Some = { 'a command line': 200 };
/** What does not exist and what may not be seen are answered alike. */
const UNSEEN = 'NOT_FOUND';

export const AUTHORIZATION: readonly AuthorizationRow[] = [
  {
    operation: 'post /v1/token',
    about: 'shop',
    outcomes: all(TOKEN_MISSING, { job: 200, 'another job': 200, 'a stranger': 'access_denied', ...NO_TOKEN }),
  },
  {
    operation: 'post /v1/token',
    about: 'mail',
    outcomes: all(TOKEN_MISSING, {
      job: 'access_denied',
      'another job': 'access_denied',
      'a stranger': 'access_denied',
      ...NO_TOKEN,
    }),
  },
  {
    operation: 'post /v1/explain',
    outcomes: all(BEARER_MISSING, { job: 200, 'another job': 200, 'a stranger': 200, ...NO_TOKEN }),
  },
  {
    operation: 'get /v1/catalog',
    outcomes: all(200, { nobody: BEARER_MISSING }),
  },
  {
    operation: 'get /v1/requests/{id}',
    about: 'shop',
    outcomes: anyPerson(200, {
      ...{ job: 200, 'another job': UNSEEN, 'a stranger': BEARER_MISSING },
      ...{ operator: UNSEEN, 'of mail': UNSEEN, ...READS },
    }),
  },
  {
    operation: 'get /v1/requests/{id}',
    about: 'mail',
    outcomes: anyPerson(UNSEEN, {
      ...{ job: UNSEEN, 'another job': UNSEEN, 'a stranger': BEARER_MISSING },
      ...{ security: 200, 'of mail': 200, 'a command line': UNSEEN },
    }),
  },
  {
    operation: 'delete /v1/requests/{id}',
    about: 'shop',
    outcomes: all(BEARER_MISSING, { job: 200, 'another job': UNSEEN }),
  },
  {
    operation: 'delete /v1/requests/{id}',
    about: 'mail',
    outcomes: all(BEARER_MISSING, { job: UNSEEN, 'another job': UNSEEN }),
  },
  {
    operation: 'delete /v1/leases/{id}',
    about: 'shop',
    outcomes: all(BEARER_MISSING, { job: 200, 'another job': UNSEEN, 'a stranger': UNSEEN }),
  },
  {
    operation: 'delete /v1/leases/{id}',
    about: 'mail',
    outcomes: all(BEARER_MISSING, { job: UNSEEN, 'another job': UNSEEN, 'a stranger': UNSEEN }),
  },
  // A relying party shows the secret that the configuration names; nobody here has one.
  { operation: 'post /oauth/introspect', outcomes: all('CLIENT_UNKNOWN') },
  // Showing a token is all that it takes to end it, and whoever shows another learns nothing.
  anybody('post /oauth/revoke'),
  { operation: 'get /v1/requests', outcomes: anyPerson(200, READS) },
  {
    operation: 'post /v1/requests/{id}/verdicts',
    about: 'shop',
    outcomes: changing('NOT_AN_APPROVER', {
      ...{ requester: 'OWN_REQUEST', approver: 200 },
      ...{ operator: UNSEEN, 'of mail': UNSEEN },
    }),
  },
  {
    operation: 'post /v1/requests/{id}/verdicts',
    about: 'mail',
    outcomes: changing(UNSEEN, { security: 'NOT_AN_APPROVER', 'of mail': 200 }),
  },
  {
    operation: 'post /v1/requests/{id}/withdraw',
    about: 'shop',
    outcomes: changing('NOT_AN_APPROVER', {
      ...{ requester: 200, operator: UNSEEN, 'of mail': UNSEEN, 'a command line': 'NOT_AN_APPROVER' },
    }),
  },
  {
    operation: 'post /v1/requests/{id}/withdraw',
    about: 'mail',
    outcomes: changing(UNSEEN, {
      ...{ security: 'NOT_AN_APPROVER', 'of mail': 'NOT_AN_APPROVER', 'a command line': UNSEEN },
    }),
  },
  // Seen is not allowed: whoever sees the request is asked to step up first, and then the policy's `for` decides.
  {
    operation: 'post /v1/requests/{id}/break-glass',
    about: 'shop',
    outcomes: changing('STEP_UP_REQUIRED', { operator: UNSEEN, 'of mail': UNSEEN }),
  },
  {
    operation: 'post /v1/requests/{id}/break-glass',
    about: 'mail',
    outcomes: changing(UNSEEN, { security: 'STEP_UP_REQUIRED', 'of mail': 'STEP_UP_REQUIRED' }),
  },
  { operation: 'get /v1/break-glass', outcomes: anyPerson(200) },
  // There is no incident to review; who may is in test/scenarios/break-glass-incident.test.ts.
  { operation: 'post /v1/break-glass/{project}/{entitlement}/review', outcomes: changing(UNSEEN) },
  { operation: 'get /v1/leases', outcomes: ofSecurity(200) },
  // Who has the role steps up first; what comes of it is in test/scenarios/revoke.test.ts and pause-and-resume.test.ts.
  { operation: 'post /v1/revocations', outcomes: ofSecurity('STEP_UP_REQUIRED', CROSS_SITE) },
  { operation: 'get /v1/pauses', outcomes: ofSecurity(200) },
  { operation: 'post /v1/pauses', outcomes: ofSecurity('STEP_UP_REQUIRED', CROSS_SITE) },
  { operation: 'post /v1/pauses/{id}/resume', outcomes: ofSecurity('STEP_UP_REQUIRED', CROSS_SITE) },
  { operation: 'post /v1/passkey-resets', outcomes: ofSecurity('STEP_UP_REQUIRED', CROSS_SITE) },
  { operation: 'get /v1/me', outcomes: anyPerson(200) },
  // No identity is linked at the provider that the tests sign in with.
  { operation: 'post /v1/me/identities/{provider}', outcomes: changing(UNSEEN) },
  { operation: 'post /v1/sign-out', outcomes: changing(204) },
  { operation: 'post /v1/sign-out-everywhere', outcomes: changing(204) },
  // Which codes there are, and of whose command lines, is in test/scenarios/command-line.test.ts.
  anybody('post /oauth/device_authorization'),
  { operation: 'get /v1/device-logins/{user_code}', outcomes: anyPerson('USER_CODE_UNKNOWN') },
  { operation: 'post /v1/device-logins/{user_code}', outcomes: changing('USER_CODE_UNKNOWN') },
  { operation: 'get /v1/me/command-lines', outcomes: anyPerson(200) },
  { operation: 'delete /v1/me/command-lines/{id}', outcomes: changing(UNSEEN) },
  { operation: 'get /v1/passkeys', outcomes: anyPerson(200) },
  { operation: 'post /v1/passkeys/options', outcomes: changing(200) },
  { operation: 'post /v1/passkeys', outcomes: changing('PARAMETER_INVALID') },
  { operation: 'delete /v1/passkeys/{id}', outcomes: changing('STEP_UP_REQUIRED') },
  { operation: 'post /v1/step-up/options', outcomes: changing('PASSKEY_REFUSED') },
  { operation: 'post /v1/step-up', outcomes: changing('PARAMETER_INVALID') },
  anybody('get /v1/sign-in'),
  anybody('get /sign-in/{provider}', 303),
  anybody('get /sign-in/{provider}/callback', 303),
  anybody('get /log/checkpoint'),
  anybody('get /log/key'),
  anybody('get /log/key-changes'),
  anybody('get /log/tile/{level}/{tile}'),
  anybody('get /.well-known/openid-configuration'),
  anybody('get /.well-known/jwks.json'),
  anybody('get /.well-known/oauth-authorization-server'),
  anybody('get /openapi.json'),
  anybody('get /healthz'),
  anybody('get /readyz'),
];
