// What can be mutated, by folder, and the tests that have to notice: those of the folder itself, and in-process stories where a
// folder has few of its own. Tests that start processes or browsers are no part of it: a mutant would take minutes.

export const AREAS: Readonly<Record<string, readonly string[]>> = {
  shared: ['test/shared/**/*.test.ts'],
  'broker/policy': ['test/broker/policy/**/*.test.ts'],
  'broker/identity': ['test/broker/identity/**/*.test.ts', 'test/scenarios/subject-tokens.test.ts'],
  'broker/log': [
    'test/broker/log/**/*.test.ts',
    'test/broker/verifier/{directory,hash}-source.test.ts',
    'test/scenarios/public-log.test.ts',
  ],
  'broker/requests': ['test/broker/requests/**/*.test.ts'],
  'broker/issuance': ['test/broker/issuance/**/*.test.ts'],
  'broker/providers': ['test/broker/providers/**/*.test.ts'],
  'broker/keys': ['test/broker/keys/**/*.test.ts'],
};

/** Random inputs; and what asks a process of its own, in which nothing is changed. */
export const NEVER = ['test/**/*-properties.test.ts', 'test/broker/policy/hostile-files.test.ts'] as const;

export interface Slice {
  readonly area: string;
  /** files or patterns of files, from the root */
  readonly mutate: readonly string[];
  /** whether this is all of the area, so that its figures are worth keeping */
  readonly whole: boolean;
}

/** Arguments are areas, or files within one area. */
export function sliceOf(paths: readonly string[]): Slice {
  const [area, ...others] = new Set(paths.map(areaOf));
  if (area === undefined || others.length > 0)
    throw new Error(`name one of ${Object.keys(AREAS).join(', ')}, or files within one of them`);
  const whole = paths.includes(area);
  return { area, mutate: whole ? [`${area}/**/*.ts`] : paths, whole };
}

export const isIn = ({ whole, mutate }: Slice, file: string): boolean => whole || mutate.includes(file);

function areaOf(path: string): string {
  const area = Object.keys(AREAS).find((one) => path === one || path.startsWith(`${one}/`));
  if (area === undefined) throw new Error(`"${path}" is in none of ${Object.keys(AREAS).join(', ')}`);
  return area;
}
