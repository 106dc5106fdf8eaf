import { expect, test } from 'vitest';
import { githubWebOf } from '../../../broker/identity/github-web.ts';

test.for([
  ['https://token.actions.githubusercontent.com', 'https://github.com'],
  ['https://token.actions.githubusercontent.com/octo-enterprise', 'https://github.com'],
  ['https://token.actions.octo-corp.ghe.com', 'https://octo-corp.ghe.com'],
  ['https://github.octo.example/_services/token', 'https://github.octo.example'],
  ['https://github.octo.example:8443/_services/token/octo', 'https://github.octo.example:8443'],
  ['http://127.0.0.1:4000/_services/token', 'http://127.0.0.1:4000'],
] as const)('the pages of %s are at %s', ([issuer, web]) => {
  expect(githubWebOf(issuer)).toBe(web);
});

test.for([
  'https://issuer.example',
  'https://token.actions.ghe.com',
  'https://a.token.actions.octo-corp.ghe.com',
  'https://token.actions.octo-corp.ghe.com.issuer.example',
  'https://token.actions.octo.corp.ghe.com',
  'https://issuer.example/a/_services/token',
])('where the pages of %s are is not guessed', (issuer) => {
  expect(githubWebOf(issuer)).toBeUndefined();
});
