import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AREAS, sliceOf } from '../mutants/areas.ts';
import { type Equivalents, judge, type Report } from '../mutants/judge.ts';
import { filesMatching, ROOT, readSource } from '../support/source-tree.ts';

const FILE = 'broker/policy/x.ts';
const LISTED = { line: 'a = b;', from: 'b', to: 'c' };

/** A run over `a = b;` in which `b` became each of the given texts, with what came of it. */
const reportOf = (...outcomes: readonly (readonly [replacement: string, status: string])[]): Report => ({
  files: {
    [FILE]: {
      source: '// What it is for.\n  a = b;\n',
      mutants: outcomes.map(([replacement, status]) => ({
        ...{ replacement, status },
        location: { start: { line: 2, column: 7 }, end: { line: 2, column: 8 } },
      })),
    },
  },
});
const listing = (...mutants: readonly (typeof LISTED)[]): Equivalents => ({ [FILE]: [{ reason: 'so', mutants }] });

describe('a mutant', () => {
  it.each(['Survived', 'NoCoverage'])('that no test noticed (%s) is named, unless it is listed', (status) => {
    const report = reportOf(['c', status], ['d', 'Killed']);
    expect(judge(report, {}).survivors).toEqual([`${FILE}: {"line":"a = b;","from":"b","to":"c"}`]);
    expect(judge(report, listing(LISTED))).toMatchObject({ survivors: [], stale: [], figures: { equivalent: 1 } });
  });

  it('that is listed and is noticed, or gone, is named too', () => {
    expect(judge(reportOf(['c', 'Killed']), listing(LISTED)).stale).toHaveLength(1);
    expect(judge(reportOf(), listing(LISTED)).stale).toHaveLength(1);
  });

  it('that survives twice in a line is listed twice', () => {
    const report = reportOf(['c', 'Survived'], ['c', 'Survived']);
    expect(judge(report, listing(LISTED)).survivors).toHaveLength(1);
    expect(judge(report, listing(LISTED, LISTED)).survivors).toEqual([]);
  });

  it('counts as what became of it, and not at all where it was left out', () => {
    const statuses = ['Killed', 'RuntimeError', 'Timeout', 'NoCoverage', 'Survived', 'Ignored'] as const;
    const { figures } = judge(reportOf(...statuses.map((status) => ['c', status] as const)), listing(LISTED));
    expect(Object.values(figures)).toEqual([5, 2, 1, 1, 1, 1]);
  });
});

describe('a slice', () => {
  it('is an area, or files of one', () => {
    const tests = ['broker/policy/**/*.ts'];
    expect(sliceOf(['broker/policy'])).toEqual({ area: 'broker/policy', mutate: tests, whole: true });
    expect(sliceOf([FILE])).toEqual({ area: 'broker/policy', mutate: [FILE], whole: false });
  });

  it.each([[[]], [['broker/http']], [['shared', 'broker/policy']]])('is nothing else: %j', (paths) => {
    expect(() => sliceOf(paths)).toThrow(`${Object.keys(AREAS).join(', ')}`);
  });
});

describe('the list of equivalent mutants', () => {
  const listed = Object.entries(JSON.parse(readSource('test/mutants/equivalent.json')) as Equivalents);

  it('names lines that are there, each with a reason', () => {
    const sources = new Set(filesMatching(/^(shared|broker)\/.*\.ts$/));
    const gone = listed.flatMap(([file, entries]) => {
      const lines = sources.has(file) ? readSource(file).split('\n') : [];
      const trimmed = new Set(lines.map((line) => line.trim()));
      return entries.flatMap(({ mutants }) => mutants.filter(({ line }) => !trimmed.has(line)));
    });
    expect(gone).toEqual([]);
    expect(listed.flatMap(([, entries]) => entries.filter(({ reason }) => reason.length < 20))).toEqual([]);
  });

  it.each(Object.keys(AREAS))('is of areas that exist: %s', (area) => {
    expect(existsSync(join(ROOT, area))).toBe(true);
  });
});
