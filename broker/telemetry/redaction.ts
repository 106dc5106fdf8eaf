// Takes secrets out of finished log lines, by value (promise P6): whatever object, error or sentence carried one there.
// The values known are the newest MAX_VALUES; anything in the form of a compact JWS or JWE goes even when nobody named it.

/** Looking for a value costs about 50 ns a line, so the number of them is bounded; the oldest is forgotten first. */
const MAX_VALUES = 256;
/** A shorter text would turn up in innocent words. Every secret that we make is longer. */
const MIN_CHARACTERS = 8;
/** Starts only where a run of token characters starts, so that a hostile line costs no more than its length. */
const COMPACT_TOKEN =
  /(?<![A-Za-z0-9_-])e[w-z][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)*/g;

export interface Redaction {
  /** From now on `value` is written as `[secret]`. */
  readonly hide: (value: string) => void;
  readonly redact: (line: string) => string;
}

export function createRedaction(): Redaction {
  const values = new Set<string>();
  const remember = (value: string): void => {
    values.delete(value);
    values.add(value);
    const [oldest] = values;
    if (values.size > MAX_VALUES && oldest !== undefined) values.delete(oldest);
  };
  return {
    hide: (value) => {
      if (value.length >= MIN_CHARACTERS) for (const form of writtenForms(value)) remember(form);
    },
    redact: (line) => {
      let clean = line.replace(COMPACT_TOKEN, '[token]');
      for (const value of values) if (clean.includes(value)) clean = clean.replaceAll(value, '[secret]');
      return clean;
    },
  };
}

/** A value as it stands in a JSON string, and in a URL or form body: a key file has line ends, a password has signs. */
function writtenForms(value: string): Set<string> {
  const encoded = encodeURIComponent(value.toWellFormed());
  return new Set([value, JSON.stringify(value).slice(1, -1), encoded]);
}
