// The place of something in a list as people say it: `first` for 0. Programs are told the index, in a member of its own.

const FIRST_TEN = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };
const rules = new Intl.PluralRules('en', { type: 'ordinal' });

/** @param index from 0 */
export function ordinal(index: number): string {
  const place = index + 1;
  return FIRST_TEN[index] ?? `${place}${ENDINGS[rules.select(place)] ?? 'th'}`;
}
