import { expect, test } from 'vitest';
import { readCredential } from '../../shared/issued-credential.ts';
import { inTheirWords } from '../../shared/their-words.ts';
import { answerOf } from '../support/kind-answers.ts';

test('a token of a Google account whose address says no project is handed on without one', () => {
  const answer = answerOf('gcp-service-account', { details: { project_id: undefined } });
  const { outputs, variables } = inTheirWords(readCredential(answer as never), { expiresAt: 'never' });
  const token = answer.credential['access_token'];
  expect(outputs).toEqual({ access_token: token });
  expect(variables).toEqual({ CLOUDSDK_AUTH_ACCESS_TOKEN: token, GOOGLE_OAUTH_ACCESS_TOKEN: token });
});
