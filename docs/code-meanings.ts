// What each code means and what to do about it, in one sentence each: docs/http-api.md is generated from here. The type makes
// a new code without its sentences an error.
import type { ErrorCode } from '../shared/error-codes.ts';

export interface CodeMeaning {
  readonly means: string;
  readonly next: string;
}

export const CODE_MEANINGS: Readonly<Record<ErrorCode, CodeMeaning>> = {
  PARAMETER_INVALID: {
    means: 'A parameter is missing, repeated, malformed, or one that this broker cannot honour.',
    next: 'The description names it and what it should be; mend the ask.',
  },
  REQUEST_SECRET_INVALID: {
    means: '`request_secret` is not 22 to 128 base64url characters.',
    next: 'Make a new one of at least 128 random bits for each ask.',
  },
  TOKEN_MALFORMED: {
    means: 'The subject token is too large, not a compact JWS, or its header or claims are not what its issuer sends.',
    next: 'Pass on the OIDC token of the runner unchanged.',
  },
  TOKEN_SIGNATURE_INVALID: {
    means: 'No key of the issuer verifies the token.',
    next: 'Take a fresh token; if it stays so, the issuer has changed its keys or the token is not from there.',
  },
  TOKEN_EXPIRED: { means: 'The token has expired.', next: 'Take a fresh token for each ask.' },
  TOKEN_TOO_OLD: {
    means: 'The token was issued more than 10 minutes ago.',
    next: 'Take a fresh token for each ask; check the clock of the broker if it happens with fresh ones.',
  },
  TOKEN_NOT_YET_VALID: {
    means: 'The token says that it is valid only later.',
    next: 'Check the clock of the broker.',
  },
  TOKEN_REPLAYED: {
    means: 'The token was used before; each works once, whatever the answer was.',
    next: 'Take a fresh token. If it was not you who used it, somebody else has read the tokens of your job.',
  },
  AUDIENCE_MISMATCH: {
    means: 'The token was made for somebody else.',
    next: 'Ask the runner for a token whose audience is exactly the `url` of the broker.',
  },
  ISSUER_UNTRUSTED: {
    means: 'The issuer of the token is not in the configuration of the broker.',
    next: 'Have an operator add it to `issuers`, spelled exactly as in the token.',
  },
  OWNER_NOT_ALLOWED: {
    means: 'The owner of the repository is not served by this broker.',
    next: 'Have an operator add it to the `owners` of the issuer.',
  },
  REQUEST_MISMATCH: {
    means: 'This `request_secret` was used to ask for something else.',
    next: 'Make a new secret for a new ask; repeat an ask with the same `scope`, `ttl`, `reason`, `ticket` and `assisted_by`.',
  },
  REQUEST_OF_ANOTHER_JOB: {
    means: 'This `request_secret` belongs to a request of another job.',
    next: 'Make a secret of your own in each job, and keep it there.',
  },
  REQUEST_SPENT: {
    means: 'This request has had its answer and cannot be answered again.',
    next: 'Ask anew with a new `request_secret`.',
  },
  ENTITLEMENT_UNKNOWN: {
    means: 'The project has no entitlement of this name.',
    next: 'Compare the name with the policy of the project.',
  },
  REPOSITORY_MOVED: {
    means: 'The repository now belongs to another owner than the policy says.',
    next: 'If the move was meant, have the policy name its new owner.',
  },
  EVENT_NOT_ALLOWED: {
    means: 'The event that started the run is not one that the rule allows.',
    next: 'Start the run in an allowed way, or have the rule name this event.',
  },
  POLICY_NO_MATCH: {
    means: 'A condition of the rule does not hold for this job.',
    next: '`condition`, `expected` and `got` say which and how; change the job or the rule.',
  },
  TTL_TOO_LONG: {
    means: 'The asked lifetime is longer than the entitlement allows.',
    next: 'Ask for less, or leave `ttl` out.',
  },
  TTL_TOO_SHORT: {
    means: 'The asked lifetime is shorter than the credential can have.',
    next: 'Ask for more, or leave `ttl` out.',
  },
  JOB_LIMIT_REACHED: {
    means: 'This job has as many credentials of the entitlement as one job may have.',
    next: 'Use one several times, or have `max-per-job` raised.',
  },
  SESSION_ENDED: {
    means: 'This job has renewed its credential for as long as the `session` of the entitlement lets it.',
    next: 'Let a new job ask, or have `session` made longer.',
  },
  SUSPENDED: { means: 'Security has suspended this.', next: 'The message says why; ask those who suspended it.' },
  OBSERVE_ONLY: {
    means: 'The rule matches, but the entitlement only records decisions for now.',
    next: 'Have `mode: observe` removed when it should issue.',
  },
  FROZEN: { means: 'The organization issues nothing of this kind for now.', next: 'Wait until the freeze ends.' },
  ENTITLEMENT_EXPIRED: { means: 'The `expires` date of the entitlement has passed.', next: 'Have its owner renew it.' },
  WAIVER_EXPIRED: {
    means: 'The entitlement stood under a waiver that has passed.',
    next: 'Have it meet the guardrail, or the waiver renewed.',
  },
  APPROVAL_UNAVAILABLE: {
    means: 'People would have to approve, and this broker cannot ask them.',
    next: 'Nothing is issued without them; the entitlement needs a broker that can ask.',
  },
  FACT_UNAVAILABLE: {
    means:
      'A condition, an approval of a run that was started again, or one by others than who wrote the commit needs something that no token says, and it could not be found out.',
    next: 'The message says why: configure the GitHub App (`github`), install it on the repository, give it the permission, or use a condition on what the token says.',
  },
  RUN_ENDED: {
    means: 'GitHub says that the attempt of the run that the token belongs to has ended.',
    next: 'Ask from a job of a new run; where nobody did that, somebody has a token of an old job.',
  },
  PROVIDER_UNAVAILABLE: {
    means: 'This broker has no provider for this kind of credential.',
    next: 'Compare `credential.kind` with what this version issues.',
  },
  APPROVAL_REJECTED: { means: 'An approver said no.', next: 'The message says why; ask again when that has changed.' },
  APPROVAL_EXPIRED: {
    means: 'Nobody decided in the time that the policy gives.',
    next: 'Tell the approvers, and ask anew with a new `request_secret`.',
  },
  APPROVAL_CHANGED: {
    means: 'What is asked is no longer what the approver was shown.',
    next: 'Read the request again, and decide on what it says now.',
  },
  APPROVAL_DECIDED: {
    means: 'It is decided already, or this person has given their verdict.',
    next: 'Nothing is left to decide; the request says what came of it.',
  },
  NOT_AN_APPROVER: {
    means: 'The policy names teams that decide this, and this person is in none of them.',
    next: 'Ask somebody of these teams, or have the team extended.',
  },
  OWN_REQUEST: {
    means: 'The person who would approve is the one who asked.',
    next: 'Ask another member of the team that approves.',
  },
  OWN_COMMIT: {
    means:
      'The person who would approve wrote or committed what the job runs, or that cannot be told any more, and the policy keeps the two apart.',
    next: 'Ask another member of the team that approves.',
  },
  OWN_POLICY: {
    means:
      'The person who would approve changed the policy of the entitlement lately, or that cannot be told any more, and the policy keeps the two apart.',
    next: 'Ask another member of the team that approves.',
  },
  IDENTITY_UNLINKED: {
    means: 'The approver has no linked account where the request was made, and could be who made it.',
    next: 'Link that account to this sign-in first.',
  },
  JOB_GONE: {
    means: 'The job that asked is not waiting any more.',
    next: 'Start the job again; it will ask anew.',
  },
  BREAK_GLASS_SHUT: {
    means: 'The entitlement was used as break-glass, that incident is over, and nobody has reviewed it yet.',
    next: 'Have somebody of security or of the project’s owner, who neither asked nor invoked, review it.',
  },
  NOT_AN_INVOKER: {
    means: 'The policy names teams that may invoke break-glass, and this person is in none of them.',
    next: 'Ask somebody of these teams.',
  },
  NOT_A_REVIEWER: {
    means: 'An incident is reviewed by security or by the team that owns the project.',
    next: 'Ask one of them to review it.',
  },
  OWN_INCIDENT: {
    means: 'The person who would review the incident asked or invoked in it.',
    next: 'Ask somebody else of security or of the project’s owner.',
  },
  INCIDENT_CHANGED: {
    means: 'Break-glass was invoked again since the reviewer looked.',
    next: 'Read the incident again, and review what it is now.',
  },
  NOT_SECURITY: {
    means: 'The call is for people with the role security, and this person does not have it.',
    next: 'Ask somebody of security; `roles.security` of the configuration names their teams.',
  },
  SECOND_PERSON_NEEDED: {
    means:
      'To resume, or to reset passkeys, needs two, and the same one cannot be both; whoever it is about cannot be either.',
    next: 'Have another person of security confirm, within an hour of the proposal.',
  },
  APPROVAL_VOID: { means: 'What was approved has changed since.', next: 'Ask again; it has to be approved again.' },
  WITHDRAWN: { means: 'The request was withdrawn.', next: 'Ask again if it is still needed.' },
  ISSUANCE_IN_PROGRESS: {
    means: 'The same request is being answered right now.',
    next: 'Ask again after `Retry-After` with the same `request_secret` and a fresh token.',
  },
  ISSUER_UNREACHABLE: {
    means: 'The keys of the issuer cannot be fetched, so its tokens cannot be verified.',
    next: 'Ask again after `Retry-After`; jobs of other issuers are not affected.',
  },
  STORE_UNAVAILABLE: {
    means: 'Nothing can be written, so nothing can be issued.',
    next: 'Ask again after `Retry-After` with the same `request_secret`.',
  },
  POLICY_LOADING: {
    means: 'The policies in force were put there by another broker, and are not loaded by this one yet.',
    next: 'Ask again after `Retry-After` with the same `request_secret`.',
  },
  PAUSED: { means: 'Issuing is paused.', next: 'Ask again after `Retry-After`, or ask the operators.' },
  SHUTTING_DOWN: { means: 'The broker is stopping.', next: 'Ask again after `Retry-After`.' },
  FACT_UNREACHABLE: {
    means: 'The decision needs something that GitHub must be asked for, and GitHub does not answer, or not now.',
    next: 'Ask again after `Retry-After` with the same `request_secret`; nothing was decided.',
  },
  UPSTREAM_FAILED: {
    means: 'The system that makes the credential failed or did not answer.',
    next: 'Ask again after `Retry-After` with the same `request_secret`, or with a new one where `error_description` says so. 300 seconds mean a definite no: somebody has to change what `error_description` says first.',
  },
  CLIENT_UNKNOWN: {
    means: 'Whoever asks what became of a token is no relying party of the configuration, or showed another secret.',
    next: 'Send the name and the secret under `relying-parties` as HTTP Basic; the two sides must have the same file.',
  },
  AUTHORIZATION_MISSING: {
    means: 'The call needs `Authorization: Bearer`, and it is missing or unreadable.',
    next: 'Send the `request_secret` or a fresh subject token, as the call says.',
  },
  REQUEST_MALFORMED: {
    means: 'What came is not one HTTP request that can be read in one way only.',
    next: 'Use an HTTP client, and look at what stands between it and the broker.',
  },
  REQUEST_TIMEOUT: {
    means: 'The request did not arrive whole within 10 seconds.',
    next: 'Send it in one go; ask again with the same `request_secret` and a fresh token.',
  },
  HEADERS_TOO_LARGE: {
    means: 'The headers are more than 16 KiB, or more than 100.',
    next: 'Send fewer; look at what a proxy adds.',
  },
  NOT_FOUND: {
    means: 'There is no such thing, or it is not yours; both look the same.',
    next: 'Compare the address and the secret.',
  },
  METHOD_NOT_ALLOWED: { means: 'This address does not take this method.', next: '`Allow` says which it takes.' },
  CONTENT_TYPE_UNSUPPORTED: {
    means: 'The body is not of the type that this call takes.',
    next: 'Send `application/x-www-form-urlencoded`, without an encoding.',
  },
  BODY_TOO_LARGE: { means: 'The body is larger than 64 KiB.', next: 'Send less.' },
  RATE_LIMITED: { means: 'You ask too often.', next: 'Ask again after `Retry-After`.' },
  OVERLOADED: {
    means: 'More is being asked than the broker can answer in time.',
    next: 'Ask again after `Retry-After` with the same `request_secret` and a fresh token.',
  },
  SIGN_IN_REQUIRED: {
    means: 'The call is for people, and nobody is signed in, or not any more.',
    next: 'Sign in at `/sign-in`.',
  },
  CROSS_SITE: {
    means: 'A change was asked for by another page than the broker’s own.',
    next: 'Send it from the broker’s own pages: `Origin` is `url`, the content type is `application/json`.',
  },
  STEP_UP_REQUIRED: {
    means: 'The act needs a proof, from the last five minutes, that it is really you.',
    next: '`methods` says how: use a passkey, or sign in again at the provider.',
  },
  TEAM_UNCONFIRMED: {
    means: 'The sign-in provider cannot be asked again whether you are in the team.',
    next: 'Sign in again; if that does not help, the message says what to look at.',
  },
  SIGN_IN_REFUSED: {
    means: 'The provider said no, or the account is not one of a person.',
    next: 'Sign in with an account of a person that may sign in here.',
  },
  SIGN_IN_EXPIRED: {
    means: 'The sign-in took too long, was finished already, or began in another browser.',
    next: 'Begin again.',
  },
  SIGN_IN_FAILED: {
    means: 'What the provider sent does not hold.',
    next: 'Begin again; if it stays, the log of the broker says what was wrong.',
  },
  SIGN_IN_UNAVAILABLE: {
    means: 'The sign-in provider does not answer.',
    next: 'Try again after `Retry-After`.',
  },
  PASSKEY_REFUSED: {
    means: 'The passkey does not prove what it should, or cannot be used here.',
    next: 'The message says why.',
  },
  USER_CODE_UNKNOWN: {
    means: 'No command line waits to be logged in with the code that was typed, or not any more.',
    next: 'Compare it with the terminal, or run `buildpass login` there again.',
  },
  INTERNAL: {
    means: 'Something failed that nobody foresaw.',
    next: 'Give the operators the `request_id`: their log knows more.',
  },
};
