import { expect, test } from 'vitest';
import { summaryOf } from '../../action/summary.ts';
import { accepted, inputs, issuedAnswer, POLICY_DIGEST, TOKEN_HASH } from '../support/issued-answer.ts';
import { CLAIMS } from '../support/job-double.ts';

test('it says what, by which rule, until when, and how to verify it', async () => {
  const text = summaryOf({ accepted: await accepted(), inputs: inputs(), claims: CLAIMS });
  expect(text).toContain('granted `shop/publish-preview`');
  expect(text).toContain(`the second rule of policy \`${POLICY_DIGEST}\``);
  expect(text).toContain('| Until | 2026-11-22T12:10:00.000Z |');
  expect(text).toContain('6, receipt verified with the pinned key');
  expect(text).toContain('buildpass log verify --from https://broker.example.com');
  expect(text).toContain(TOKEN_HASH);
});

test('an unproven receipt is not called verified', async () => {
  const receipt = { proven: false, logIndex: undefined, entry: {}, keyChanges: false };
  const text = summaryOf({ accepted: await accepted({ receipt }), inputs: inputs(), claims: CLAIMS });
  expect(text).toContain('unknown, receipt not verified');
  expect(text).toContain('a rule that the receipt does not name');
});

test.for<[string, object]>([
  ['public', { repository_visibility: 'public' }],
  ['unknown', {}],
])('where the repository is %s it says only that, and the link', async ([, claims]) => {
  expect(summaryOf({ accepted: await accepted(), inputs: inputs(), claims: { ...claims } })).toBe(
    '### Buildpass granted `shop/publish-preview`\n\n[What was decided, and why](https://broker.example.com/requests/req_1)',
  );
});

test('text of an entry can’t become markup', async () => {
  const receipt = {
    proven: false,
    logIndex: 1,
    entry: { rule: 0, policy_digest: '`](https://evil.example)<img>' },
    keyChanges: false,
  };
  expect(summaryOf({ accepted: await accepted({ receipt }), inputs: inputs(), claims: CLAIMS })).not.toContain('evil');
});

test('a link can’t leave its parentheses', async () => {
  const issued = await issuedAnswer({ request_url: 'https://broker.example.com/x)[click](https://evil.example)' });
  const text = summaryOf({ accepted: await accepted({ issued }), inputs: inputs(), claims: CLAIMS });
  expect(text).toContain('](https://broker.example.com/x%29[click]%28https://evil.example%29)');
});
