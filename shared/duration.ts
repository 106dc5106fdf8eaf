// Durations as people write them (`90s`, `15m`, `2h`, `90d`) and as the wire carries them (whole seconds).

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;
const FORM = /^([1-9][0-9]{0,6})([smhd])$/;

/** Whole seconds of a duration such as `15m`; undefined where the text is not one. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = FORM.exec(text) ?? [];
  const seconds = UNITS.find(([name]) => name === unit)?.[1];
  return seconds === undefined ? undefined : Number(count) * seconds;
}

/** The shortest exact form of whole seconds: 900 is `15m`, 90 is `90s`. */
export function formatDuration(seconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}
