import { describe, expect, it } from 'vitest';
import { wordsFor } from '../../../broker/portal/data/codes.ts';
import { OTHER_CODES } from '../../../shared/error-codes.ts';

/** What only jobs meet, or what no page of ours could cause. */
const NOT_ON_PAGES = [
  ...[
    'ISSUANCE_IN_PROGRESS',
    'ISSUER_UNREACHABLE',
    'PAUSED',
    'POLICY_LOADING',
    'UPSTREAM_FAILED',
    'AUTHORIZATION_MISSING',
  ],
  ...['FACT_UNREACHABLE', 'REQUEST_MALFORMED', 'REQUEST_TIMEOUT', 'HEADERS_TOO_LARGE', 'METHOD_NOT_ALLOWED'],
  ...['CONTENT_TYPE_UNSUPPORTED', 'BODY_TOO_LARGE', 'CLIENT_UNKNOWN'],
];

describe('every refusal that somebody can meet on a page', () => {
  it.each(OTHER_CODES.filter((code) => !NOT_ON_PAGES.includes(code)))(
    '%s has words of its own, and a next step',
    (code) => {
      const { title, next } = wordsFor(code);
      expect(title).not.toBe(wordsFor('NO_SUCH_CODE').title);
      expect(next).toMatch(/\.$/);
      expect(`${title} ${next}`).not.toMatch(/[!]|please|oops|sorry/i);
    },
  );

  it('that is new still says what to do', () => {
    expect(wordsFor('NO_SUCH_CODE').next).toContain('Try again');
  });
});
