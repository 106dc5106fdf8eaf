// A log as a directory: the names and columns that are published, for whoever reads one without us.
import { expect, test } from 'vitest';
import { KEPT_TABLE_NAMES, KEPT_TABLES } from '../../shared/kept-rows.ts';
import {
  CHECKPOINTS,
  KEY_CHANGES_FILE,
  MANIFEST,
  MANIFEST_FILE,
  OPENINGS,
  rowsFile,
} from '../../shared/log-directory.ts';
import { readSource } from '../support/source-tree.ts';

test('a directory is marked as the format says', () => {
  expect(MANIFEST.endsWith('\n')).toBe(true);
  expect(readSource('docs/log-format.md')).toContain(
    `| \`${MANIFEST_FILE}\` | marks the directory: \`${MANIFEST.trim()}\` |`,
  );
});

test('checkpoints and openings are kept in the order of their keys', () => {
  expect(CHECKPOINTS).toEqual({ file: 'checkpoints.jsonl', columns: ['size', 'time', 'note'], key: 1 });
  expect(OPENINGS).toEqual({
    ...{ file: 'openings.jsonl', columns: ['entry_index', 'field', 'salt', 'value'], key: 2 },
  });
});

test('each table of rows has a file of its own', () => {
  for (const table of KEPT_TABLE_NAMES)
    expect(rowsFile(table)).toEqual({ file: `rows/${table}.jsonl`, ...KEPT_TABLES[table] });
});

test('the entries that change the keys of a log are at a known address', () => {
  expect(readSource('docs/log-format.md')).toContain(`\`${KEY_CHANGES_FILE}\` (\`GET /log/${KEY_CHANGES_FILE}\`)`);
  expect(KEY_CHANGES_FILE).not.toBe('');
});
