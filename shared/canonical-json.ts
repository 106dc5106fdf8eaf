// Canonical JSON (RFC 8785): one byte sequence for one value, so that a hash of it names it.
// ECMAScript's own number and string forms are the ones that RFC 8785 prescribes (§3.2.2); left to do is the order of members.

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * The canonical text of a value; members sorted by UTF-16 code units (RFC 8785 §3.2.3).
 * @throws TypeError for what JSON cannot carry exactly: undefined, non-finite numbers and lone surrogates
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('a number in JSON must be finite');
  if (value === undefined) throw new TypeError('there is no undefined in JSON: leave the member out');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as { readonly [key: string]: JsonValue };
  let text = '';
  // `sort` without more orders by UTF-16 code units.
  for (const key of Object.keys(members).sort()) {
    const member = `${quoted(key)}:${canonicalJson(members[key] as JsonValue)}`;
    text = text === '' ? member : `${text},${member}`;
  }
  return `{${text}}`;
}

/** Printable ASCII without quote and backslash: what stands in nearly every member, and what JSON writes as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError('a string in canonical JSON must be well-formed Unicode');
  return JSON.stringify(text);
}
