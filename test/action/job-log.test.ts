import { expect, test } from 'vitest';
import { jobDouble } from '../support/job-double.ts';

test('a masked value is printed by the mask command alone', () => {
  const { log, events } = jobDouble();
  log.mask(['the-secret-value']);
  log.info('it is the-secret-value');
  log.warning('the-secret-value', 'said: the-secret-value');
  expect(events.filter((event) => !event.startsWith('mask '))).toEqual(['it is ***', 'warning ***: said: ***']);
});

test('a value is masked once, however often it comes', () => {
  const { log, events } = jobDouble();
  log.mask(['the-secret-value']);
  log.mask(['the-secret-value']);
  expect(events.filter((event) => event === 'mask the-secret-value')).toHaveLength(1);
});

test('the whole is hidden before its parts', () => {
  const { log } = jobDouble();
  log.mask(['abcdefgh', 'abcdefgh-and-more']);
  expect(log.redact('x abcdefgh-and-more y')).toBe('x *** y');
});

test('each line of an annotation is harmless, and the lines stay lines', () => {
  const { log, events } = jobDouble();
  log.error('title', 'one\n::error::two', '##[group]three');
  expect(events).toEqual(['error title: one ::error::two\n## [group]three']);
});

test('a group is closed after its lines', () => {
  const { log, events } = jobDouble();
  log.group('claims', ['::group::x', 'b']);
  expect(events).toEqual(['group claims', ': :group::x', 'b', 'end of group']);
});

test('a long line of an annotation is cut, and a secret across the cut is hidden before', () => {
  const { log, events } = jobDouble();
  log.mask(['the-secret-value']);
  log.error('title', `${'x'.repeat(395)}the-secret-value`, 'y'.repeat(500), 'the last line');
  expect(events.at(-1)).toBe(`error title: ${'x'.repeat(395)}***\n${'y'.repeat(400)}…\nthe last line`);
});
