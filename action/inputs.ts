// The inputs of action.yml, read strictly: a wrong one ends the step with one sentence that says what is expected and
// quotes what was given, before anything is asked.
import { SCOPE_FORM } from '../shared/api.ts';
import { parseDuration } from '../shared/duration.ts';
import { isSecureUrl } from '../shared/secure-url.ts';
import { type NoteVerifier, parseVerifierKey } from '../shared/signed-note.ts';
import { ActionFailure, messageOf } from './action-failure.ts';

export interface Inputs {
  /** origin of the broker, without a slash at its end */
  readonly broker: string;
  /** `project/entitlement` */
  readonly scope: string;
  /** seconds */
  readonly ttl: number | undefined;
  readonly reason: string | undefined;
  readonly ticket: string | undefined;
  readonly audience: string;
  /** where the broker itself may say that it is: broker-url, and the audience where that is an address */
  readonly origins: readonly string[];
  /** seconds to wait while people decide */
  readonly approvalTimeout: number;
  readonly exportEnv: boolean;
  /** pinned keys of the log; none: receipts are not checked */
  readonly logKeys: readonly NoteVerifier[];
  readonly dryRun: boolean;
}

export interface ReturnInputs {
  readonly skipRevoke: boolean;
  readonly failOnRevokeError: boolean;
}

/** People follow links from the job: none must lead them to a stranger's sign-in page. */
export const isOwnPage = (page: string, origins: Inputs['origins']): boolean =>
  origins.includes(URL.parse(page)?.origin ?? '');

export type GetInput = (name: string) => string;

const MAX_NOTE_CHARACTERS = 200;
const DEFAULT_APPROVAL_TIMEOUT = '30m';

/** @throws ActionFailure about the first input that is wrong */
export function readInputs(get: GetInput): Inputs {
  const broker = readBroker(get);
  const audience = given(get, 'audience') ?? broker;
  const origins = [...new Set([broker, ...(isSecureUrl(audience) ? [new URL(audience).origin] : [])])];
  readReturnInputs(get);
  return {
    broker,
    scope: readScope(get),
    ttl: readDuration(get, 'ttl'),
    reason: readNote(get, 'reason'),
    ticket: readNote(get, 'ticket'),
    audience,
    origins,
    approvalTimeout: readDuration((name) => get(name) || DEFAULT_APPROVAL_TIMEOUT, 'approval-timeout') ?? 0,
    exportEnv: readBoolean(get, 'export-env'),
    logKeys: readLogKeys(get, origins),
    dryRun: readBoolean(get, 'dry-run'),
  };
}

/** What the post step needs; the main step reads them too, so that a wrong one is said before a lease is held. */
export function readReturnInputs(get: GetInput): ReturnInputs {
  return { skipRevoke: readBoolean(get, 'skip-revoke'), failOnRevokeError: readBoolean(get, 'fail-on-revoke-error') };
}

const given = (get: GetInput, name: string): string | undefined => get(name) || undefined;

function wrong(name: string, expected: string): ActionFailure {
  return new ActionFailure(`Wrong input ${name}`, `${name} ${expected}.`);
}

function readBroker(get: GetInput): string {
  const text = given(get, 'broker-url');
  if (text === undefined)
    throw wrong(
      'broker-url',
      'is missing: set it to the address of your broker, such as https://buildpass.example.com',
    );
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.username !== '' || url.password !== ''))
    throw wrong('broker-url', `must carry no user name or password: set it to "${url.origin}"`);
  // The job's identity goes there: in the clear it may only travel inside the machine.
  if (url === undefined || !isSecureUrl(text))
    throw wrong('broker-url', `must be an https address (http only with a loopback host), not "${text}"`);
  return url.origin;
}

function readScope(get: GetInput): string {
  const text = given(get, 'entitlement');
  if (text === undefined)
    throw wrong('entitlement', 'is missing: set it to <project>/<entitlement>, such as shop/publish-preview');
  if (!SCOPE_FORM.test(text)) {
    throw wrong(
      'entitlement',
      `must be <project>/<entitlement>, each of a-z, 0-9 and "-" and at most 40 characters, not "${text}"`,
    );
  }
  return text;
}

function readDuration(get: GetInput, name: string): number | undefined {
  const text = given(get, name);
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds === undefined) throw wrong(name, `must be a duration such as 90s, 15m or 1h, not "${text}"`);
  return seconds;
}

function readNote(get: GetInput, name: string): string | undefined {
  const text = given(get, name);
  if (text === undefined) return undefined;
  if (text.length > MAX_NOTE_CHARACTERS)
    throw wrong(name, `must have at most ${MAX_NOTE_CHARACTERS} characters, and has ${text.length}`);
  if (/\p{Cc}/u.test(text)) throw wrong(name, `must be one line without control characters, not "${text}"`);
  return text;
}

function readBoolean(get: GetInput, name: string): boolean {
  const text = get(name) || 'false';
  if (text !== 'true' && text !== 'false') throw wrong(name, `must be true or false, not "${text}"`);
  return text === 'true';
}

/** A key of another log would prove only that some broker issued. */
function readLogKeys(get: GetInput, origins: readonly string[]): NoteVerifier[] {
  const names = origins.map((origin) => `${new URL(origin).host}/log`);
  const keys = parseLogKeys(get);
  const stranger = keys.find(({ name }) => !names.includes(name));
  if (stranger === undefined) return keys;
  throw wrong('log-key', `must be of the log ${names.join(' or ')}, not of "${stranger.name}"`);
}

function parseLogKeys(get: GetInput): NoteVerifier[] {
  const texts = get('log-key')
    .split(/\s+/u)
    .filter((text) => text !== '');
  return texts.map((text) => {
    try {
      return parseVerifierKey(text);
    } catch (error) {
      throw wrong('log-key', `takes the lines that the broker serves at /log/key; ${messageOf(error)}`);
    }
  });
}
