import { describe, expect, test } from 'vitest';
import { isSecureUrl } from '../../shared/secure-url.ts';

describe('a secure address', () => {
  test.for([
    'https://a.example',
    'https://a.example:8443/path',
    'http://127.0.0.1:8080',
    'http://127.9.9.9',
    'http://127.100.20.254',
    'http://localhost',
    'http://[::1]:1/x',
  ])('%s is one', (url) => {
    expect(isSecureUrl(url)).toBe(true);
  });

  test.for([
    'http://a.example',
    'http://localhost.a.example',
    'http://127.0.0.1.a.example',
    'http://0.0.0.0',
    'https://user@a.example',
    'https://:pw@a.example',
    'ftp://a.example',
    'ftp://localhost',
    'ws://127.0.0.1',
    'file:///etc',
    'javascript:1',
    '//a.example',
    'a.example',
    '',
  ])('%j is none', (url) => {
    expect(isSecureUrl(url)).toBe(false);
  });
});
