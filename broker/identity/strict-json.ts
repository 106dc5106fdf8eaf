// JSON that means one thing to every reader: strict UTF-8, an object, no member named twice, no deep nesting.
// Used for tokens, for an issuer's documents and for what people's pages send alike.
import { quoted } from './refusal.ts';

/** Far above the flat objects that issuers send; keeps whatever walks the value later from running out of stack. */
const MAX_DEPTH = 16;

/** @throws Error whose message says what is wrong, as the end of a sentence */
export function parseJsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const text = decodeUtf8(bytes);
  const value: unknown = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('is not a JSON object');
  refuseDuplicates(text);
  return value as Readonly<Record<string, unknown>>;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Error('is not UTF-8', { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('is not JSON', { cause });
  }
}

const STRING_OR_BRACKET = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * JSON.parse silently keeps the last of two members with one name, other parsers the first: a signed text could mean
 * one thing to its issuer's checks and another to ours. What JSON.parse accepted needs only its names looked at again:
 * a string in front of a colon is a name, and it is compared decoded, so that `"\u0061ud"` is `"aud"`.
 */
function refuseDuplicates(text: string): void {
  const open: Set<string>[] = [];
  let lastString = '';
  for (const [token] of text.matchAll(STRING_OR_BRACKET)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') enterName(open.at(-1), JSON.parse(lastString));
    else lastString = token;
    if (open.length > MAX_DEPTH) throw new Error(`is nested deeper than ${MAX_DEPTH} levels`);
  }
}

function enterName(names: Set<string> | undefined, name: string): void {
  if (names?.has(name)) throw new Error(`has the member ${quoted(name)} twice`);
  names?.add(name);
}
