// One text for equal values, whatever the order of their keys: for comparing what was written twice.

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const stableText = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => (isMap(one) ? sorted(one) : one));

const sorted = (map: Readonly<Record<string, unknown>>): object => Object.fromEntries(Object.entries(map).sort());
