// Durations as people write them (`90s`, `15m`, `2h`, `90d`) and as the wire carries them (whole seconds).

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const FORM = /^([1-9][0-9]{0,6})([smhd])$/;

/** Whole seconds of a duration such as `15m`; undefined where the text is not one. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = FORM.exec(text) ?? [];
  const seconds = unit === undefined ? undefined : UNIT_SECONDS[unit];
  return seconds === undefined ? undefined : Number(count) * seconds;
}

/** The shortest exact form of whole seconds: 900 is `15m`, 90 is `90s`. */
export function formatDuration(seconds: number): string {
  const unit = ['d', 'h', 'm'].find(
    (name) => seconds >= (UNIT_SECONDS[name] ?? 1) && seconds % (UNIT_SECONDS[name] ?? 1) === 0,
  );
  return unit === undefined ? `${seconds}s` : `${seconds / (UNIT_SECONDS[unit] ?? 1)}${unit}`;
}
