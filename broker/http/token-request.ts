// Reads `POST /v1/token`: RFC 8693 parameters, each once, and nothing honoured half. What we could not keep is refused here.
import { GRANT_TYPE, ID_TOKEN_TYPE, JWT_TYPE, REQUEST_SECRET_FORM, SCOPE_FORM } from '../../shared/api.ts';
import { Secret } from '../../shared/secret.ts';
import { BrokerError } from '../errors.ts';
import type { TokenRequest } from '../exchange-deps.ts';
import { quoted } from '../identity/refusal.ts';
import { OAuthError } from './problem.ts';

/** UTF-8 or unsaid: in any other charset the same bytes would be another text, and only one reader's. */
const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;\s*charset\s*=\s*("?)utf-8\2\s*)?;?\s*$/i;
const MAX_TEXT = 200;
const MAX_TTL_SECONDS = 31_536_000;

export type Parameters = ReadonlyMap<string, string>;

/** The form parameters of a body; a repeated one is refused (RFC 6749 §3.2), an empty one counts as left out (§3.1). */
export function parseForm(contentType: string | undefined, body: Buffer): Parameters {
  if (!FORM_TYPE.test(contentType ?? '')) {
    throw new BrokerError(
      'CONTENT_TYPE_UNSUPPORTED',
      `The body must be application/x-www-form-urlencoded in UTF-8, not ${quoted(contentType)}.`,
    );
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of pairsOf(body)) {
    if (parameters.has(name)) throw invalid(`The parameter ${quoted(name)} is there twice; each may be given once.`);
    parameters.set(name, value);
  }
  return new Map([...parameters].filter(([, value]) => value !== ''));
}

/** Decoded strictly: what is put right in silence (a stray %, bytes that are no UTF-8) would be another text than was sent. */
function pairsOf(body: Buffer): [string, string][] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return text.split('&').flatMap((pair) => {
      const [name = '', ...value] = pair.split('=').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
      return pair === '' ? [] : [[name, value.join('=')]];
    });
  } catch (cause) {
    throw new BrokerError('PARAMETER_INVALID', 'The body is not a form: its percent-encoding or its UTF-8 is broken.', {
      cause,
    });
  }
}

export function parseTokenRequest(parameters: Parameters): TokenRequest {
  refuseUnsupported(parameters);
  return {
    subjectToken: required(parameters, 'subject_token'),
    ...parseAsk(parameters),
    reason: parseText(parameters, 'reason'),
    ticket: parseText(parameters, 'ticket'),
    assistedBy: parseText(parameters, 'assisted_by'),
    requestSecret: parseSecret(parameters.get('request_secret')),
  };
}

/** The part of an ask that `explain` takes too: scope and ttl. */
export function parseAsk(parameters: Parameters): Pick<TokenRequest, 'project' | 'entitlement' | 'ttl'> {
  const scope = required(parameters, 'scope');
  const [, project, entitlement] = SCOPE_FORM.exec(scope) ?? [];
  if (project === undefined || entitlement === undefined) {
    throw new OAuthError(
      'invalid_scope',
      `The scope ${quoted(scope)} is not of the form project/entitlement; exactly one is asked for at a time.`,
    );
  }
  return { project, entitlement, ttl: parseTtl(parameters.get('ttl')) };
}

function refuseUnsupported(parameters: Parameters): void {
  const grantType = required(parameters, 'grant_type');
  if (grantType !== GRANT_TYPE)
    throw new OAuthError('unsupported_grant_type', `The grant_type must be "${GRANT_TYPE}", not ${quoted(grantType)}.`);
  const tokenType = required(parameters, 'subject_token_type');
  if (tokenType !== ID_TOKEN_TYPE && tokenType !== JWT_TYPE)
    throw invalid(`The subject_token_type must be "${ID_TOKEN_TYPE}", not ${quoted(tokenType)}.`);
  for (const name of ['resource', 'audience']) {
    if (parameters.has(name))
      throw new OAuthError(
        'invalid_target',
        `The parameter "${name}" cannot be honoured: the entitlement names its target. Leave it out.`,
      );
  }
  for (const name of ['requested_token_type', 'actor_token', 'actor_token_type']) {
    if (parameters.has(name)) throw invalid(`The parameter "${name}" cannot be honoured. Leave it out.`);
  }
}

function parseTtl(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ttl = /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(ttl <= MAX_TTL_SECONDS))
    throw invalid(
      `The ttl ${quoted(text)} is not a number of whole seconds, such as 900, and at most ${MAX_TTL_SECONDS}.`,
    );
  return ttl;
}

function parseText(parameters: Parameters, name: 'reason' | 'ticket' | 'assisted_by'): string | undefined {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  if ([...text].length > MAX_TEXT) throw invalid(`The ${name} is longer than ${MAX_TEXT} characters.`);
  // They could forge lines, or turn the text around, before those who read it in order to decide.
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text))
    throw invalid(`The ${name} has control characters in it; plain text of one line is expected.`);
  return text;
}

function parseSecret(text: string | undefined): Secret | undefined {
  if (text === undefined) return undefined;
  if (!REQUEST_SECRET_FORM.test(text))
    throw new BrokerError(
      'REQUEST_SECRET_INVALID',
      'The request_secret must be 22 to 128 base64url characters: 128 random bits or more, made anew for every ask.',
    );
  return new Secret(text);
}

function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw invalid(`The parameter "${name}" is missing.`);
  return value;
}

const invalid = (message: string): BrokerError => new BrokerError('PARAMETER_INVALID', message);
