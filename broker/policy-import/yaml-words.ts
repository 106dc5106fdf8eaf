// Values as YAML text in the flow style of the examples: plain where that is certainly text, in quotes everywhere else.

type Value = string | readonly string[] | { readonly [key: string]: string | readonly string[] };

/** A line break, a control character or a quote of somebody's workflow never gets out of its quotes. */
export function word(text: string): string {
  const isPlain = /^\.?[A-Za-z][\w./@-]*$/.test(text) && !/^(true|false|null|\.inf|\.nan)$/i.test(text);
  return isPlain || /^https:\/\/[\w./-]+$/.test(text) ? text : JSON.stringify(text);
}

export function words(value: Value): string {
  if (typeof value === 'string') return word(value);
  if (isList(value)) return value.length === 1 ? word(value[0] ?? '') : `[${value.map(word).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${word(key)}: ${words(one)}`)
    .join(', ')} }`;
}

const isList = (value: Exclude<Value, string>): value is readonly string[] => Array.isArray(value);
