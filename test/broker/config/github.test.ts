import { describe, expect, it } from 'vitest';
import { issuersOfApi } from '../../../broker/config/github.ts';

const ISSUERS = {
  github: 'https://token.actions.githubusercontent.com',
  own: 'https://token.actions.githubusercontent.com/acme',
  tenant: 'https://token.actions.acme.ghe.com',
  server: 'https://ghes.internal/_services/token',
};

describe('the issuers whose jobs an API knows', () => {
  it.each([
    ['https://api.github.com', ['github', 'own']],
    ['https://api.acme.ghe.com', ['tenant']],
    ['https://api.other.ghe.com', []],
    ['https://ghes.internal/api/v3', ['server']],
    ['https://github.com', []],
    ['https://api.github.com.evil.example', []],
  ])('%s', (api, names) => {
    expect(issuersOfApi(ISSUERS, api)).toEqual(names);
  });
});
