// Takes secrets out of log lines, by value (promise P6): whatever object, error or sentence carried one there.
// The values known are those hidden for good and the newest MAX_VALUES; anything in the form of a compact JWS or JWE goes
// even when nobody named it.

/** Looking for one form of a value costs about 50 ns a line, so the number of values is bounded; the oldest goes first. */
const MAX_VALUES = 256;
/** A shorter text would turn up in innocent words. Every secret that we make is longer. */
const MIN_CHARACTERS = 8;
/** Starts only where a run of token characters starts, so that a hostile line costs no more than its length. */
const COMPACT_TOKEN =
  /(?<![A-Za-z0-9_-])e[w-z][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)*/g;

export interface HideOptions {
  /** A secret that lives as long as the process: it is never forgotten, however many come after it. */
  readonly always?: boolean;
}

export interface Redaction {
  /** From now on `value` is written as `[secret]`. */
  readonly hide: (value: string, options?: HideOptions) => void;
  readonly redact: (line: string) => string;
}

export function createRedaction(): Redaction {
  const kept = new Map<string, Forms>();
  const newest = new Map<string, Forms>();
  let forms: readonly string[] | undefined;
  const remember = (value: string): void => {
    newest.delete(value);
    newest.set(value, undefined);
    const [oldest] = newest.keys();
    if (newest.size > MAX_VALUES && oldest !== undefined) newest.delete(oldest);
  };
  return {
    hide: (value, { always = false } = {}) => {
      if (value.length < MIN_CHARACTERS) return;
      if (always) kept.set(value, undefined);
      else remember(value);
      forms = undefined;
    },
    redact: (line) => {
      forms ??= longestFirst([...allForms(kept), ...allForms(newest)]);
      let clean = line.replace(COMPACT_TOKEN, '[token]');
      for (const form of forms) if (clean.includes(form)) clean = clean.replaceAll(form, '[secret]');
      return clean;
    },
  };
}

/** Worked out when the first line is written after the value came: nearly every secret is gone again before that. */
type Forms = readonly string[] | undefined;

function allForms(values: Map<string, Forms>): string[] {
  return [...values].flatMap(([value, known]) => {
    const forms = known ?? writtenForms(value);
    if (known === undefined) values.set(value, forms);
    return forms;
  });
}

/** A part must not be replaced before the whole that contains it: the rest of the whole would stay. */
const longestFirst = (forms: readonly string[]): string[] => [...new Set(forms)].sort((a, b) => b.length - a.length);

/** A value as it stands in a JSON string, in a URL or form body, and in base64: a password goes into a Basic header. */
function writtenForms(value: string): string[] {
  const encoded = encodeURIComponent(value.toWellFormed());
  const forms = [value, JSON.stringify(value).slice(1, -1), encoded, ...inBase64(value)];
  return [...new Set(forms)].filter((form) => form.length >= MIN_CHARACTERS);
}

/**
 * What is left of the value in base64 of any text around it, such as `user:value`: three bytes make four characters, so it
 * depends on where in its group of three the value begins. Characters that hold bits of the neighbours are left out.
 */
function inBase64(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  return [0, 1, 2].flatMap((before) => {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    const whole = [Math.ceil((before * 8) / 6), Math.floor((shifted.length * 8) / 6)] as const;
    return [shifted.toString('base64').slice(...whole), shifted.toString('base64url').slice(...whole)];
  });
}
