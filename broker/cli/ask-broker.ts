// One ask of `buildpass request` on the wire (RFC 8693) and what came of it. An answer is believed only in the documented
// form; everything that may pass by itself is `unavailable`.
import { GRANT_TYPE, ID_TOKEN_TYPE, type Issued, issuedSchema, type Refusal, refusalSchema } from '../../shared/api.ts';
import { connectionProblem } from '../../shared/connection-problem.ts';
import type { Seconds } from '../clock.ts';
import { readCapped } from '../upstream/read-capped.ts';

export interface Ask {
  readonly brokerUrl: string;
  readonly scope: string;
  readonly ttl: Seconds | undefined;
  readonly reason: string | undefined;
  readonly ticket: string | undefined;
  readonly assistedBy: string | undefined;
  readonly requestSecret: string;
}

export type Answer =
  | { readonly kind: 'issued'; readonly issued: Issued }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unavailable'; readonly why: string; readonly retryAfter: Seconds };

/** An answer carries a credential of 64 KiB and a receipt at most. */
export const MAX_ANSWER_BYTES = 256 * 1024;
const TIMEOUT_MS = 30_000;
const PAUSE: Seconds = 2;

export async function askBroker(ask: Ask, subjectToken: string, fetcher: typeof fetch): Promise<Answer> {
  try {
    const response = await fetcher(`${ask.brokerUrl}/v1/token`, {
      method: 'POST',
      body: form(ask, subjectToken),
      // A redirect would carry the token to whoever is named in it.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await read(response);
  } catch (error) {
    return { kind: 'unavailable', why: connectionProblem(error), retryAfter: PAUSE };
  }
}

function form(ask: Ask, subjectToken: string): URLSearchParams {
  const parameters = new URLSearchParams({
    grant_type: GRANT_TYPE,
    subject_token: subjectToken,
    subject_token_type: ID_TOKEN_TYPE,
    scope: ask.scope,
    request_secret: ask.requestSecret,
  });
  if (ask.ttl !== undefined) parameters.set('ttl', String(ask.ttl));
  if (ask.reason !== undefined) parameters.set('reason', ask.reason);
  if (ask.ticket !== undefined) parameters.set('ticket', ask.ticket);
  if (ask.assistedBy !== undefined) parameters.set('assisted_by', ask.assistedBy);
  return parameters;
}

/** The broker's own words; nothing of a stranger's page. */
function whatItSays(text: string): string {
  try {
    const { error_description: words } = refusalSchema.parse(JSON.parse(text));
    return words === undefined ? '' : `: ${words.replace(/\.$/, '')}`;
  } catch {
    return '';
  }
}

async function read(response: Response): Promise<Answer> {
  const text = (await readCapped(response.body, MAX_ANSWER_BYTES)).toString('utf8');
  if (response.status === 429 || response.status >= 500) {
    return {
      kind: 'unavailable',
      why: `status ${response.status}${whatItSays(text)}`,
      retryAfter: Number(response.headers.get('retry-after')) || PAUSE,
    };
  }
  const body: unknown = JSON.parse(text);
  return response.status === 200
    ? { kind: 'issued', issued: issuedSchema.parse(body) }
    : { kind: 'refused', refusal: refusalSchema.parse(body) };
}
