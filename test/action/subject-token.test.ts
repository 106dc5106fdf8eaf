import { expect, test } from 'vitest';
import { freshSubjectToken, requireIdTokens } from '../../action/subject-token.ts';
import { CLAIMS, jobDouble } from '../support/job-double.ts';

const failing = (message: string) => jobDouble({ getIDToken: async () => Promise.reject(new Error(message)) });

test('a token is masked and its claims are read', async () => {
  const job = jobDouble();
  const { token, claims } = await freshSubjectToken(job, 'https://broker.example.com', 1000);
  expect(job.events).toContain(`mask ${token}`);
  expect(claims).toMatchObject(CLAIMS);
});

test('a token that is no JWT has no claims', async () => {
  const job = jobDouble({ getIDToken: async () => 'opaque-token' });
  expect((await freshSubjectToken(job, 'x', 1000)).claims).toEqual({});
});

test.for(['Error Code : 500', 'Error Code : 429', 'Error Code : 408', 'Error Code : undefined'])(
  'trouble may pass: %s',
  async (text) => {
    await expect(freshSubjectToken(failing(text), 'x', 1000)).rejects.toMatchObject({
      name: 'TryAgain',
      message: `GitHub gave this job no ID token: ${text}`,
    });
  },
);

test('a refusal does not', async () => {
  await expect(freshSubjectToken(failing('Error Code : 403'), 'x', 1000)).rejects.toMatchObject({
    name: 'ActionFailure',
    message: 'No ID token for this job',
  });
});

test('no answer in time is trouble that may pass', async () => {
  const job = jobDouble({ getIDToken: () => new Promise(() => undefined) });
  await expect(freshSubjectToken(job, 'x', 10)).rejects.toMatchObject({
    name: 'TryAgain',
    message: expect.stringContaining('no answer in time'),
  });
});

test.for(['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'])(
  'without %s the permission is missing',
  async (name) => {
    await expect(requireIdTokens(jobDouble({ environment: { [name]: '' } }))).rejects.toMatchObject({
      lines: expect.arrayContaining([expect.stringContaining('"permissions: id-token: write"')]),
    });
  },
);

test('with both, nothing is missing', async () => {
  await expect(requireIdTokens(jobDouble())).resolves.toBeUndefined();
});
