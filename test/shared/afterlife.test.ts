import { expect, test } from 'vitest';
import { afterlifeOf } from '../../shared/afterlife.ts';

test('what a credentials file of Google was traded for outlives it, and that is said', () => {
  expect(afterlifeOf('gcp-credentials-file')).toBe(
    'what Google gives for it lives up to an hour longer (or twelve, where the organization allows that), and nobody here can revoke that',
  );
});

test.for(['jwt', 'aws-role', 'constructor', ''])('nothing outlives what is handed out as %j', (kind) => {
  expect(afterlifeOf(kind)).toBeUndefined();
});
