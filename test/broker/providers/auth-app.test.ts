// Why tokens of installations are not asked for by @octokit/auth-app (docs/decisions/0022): two that ask at once share one, whatever
// they ask of it. When this fails, that record can be written anew.
import { createAppAuth } from '@octokit/auth-app';
import { expect, it } from 'vitest';

const GITHUBS = ['https://api.github.com', 'https://ghes.example/api/v3'];

it('@octokit/auth-app gives one token to two that ask at once, even of two Apps at two GitHubs', async () => {
  const asked: string[] = [];
  const all = GITHUBS.map((github) => {
    const request = async () => {
      asked.push(github);
      return {
        data: { token: `ghs_${github}`, expires_at: '2030-01-01T00:00:00Z', permissions: { contents: 'read' } },
      };
    };
    const createJwt = async () => ({ jwt: 'a.b.c', expiresAt: '2030-01-01T00:00:00Z' });
    return createAppAuth({ appId: github, createJwt, request: request as never });
  });
  const wanted = { type: 'installation' as const, installationId: 1, repositoryIds: [2], refresh: true };
  const tokens = await Promise.all(all.map((auth) => auth(wanted)));
  expect(asked).toHaveLength(1);
  expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
});
