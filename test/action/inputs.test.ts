import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { readInputs, readReturnInputs } from '../../action/inputs.ts';
import { formatVerifierKey } from '../../shared/signed-note.ts';
import { INPUTS } from '../support/job-double.ts';

const read = (inputs: Readonly<Record<string, string>> = {}) => {
  const all: Readonly<Record<string, string>> = { ...INPUTS, ...inputs };
  return readInputs((name) => all[name] ?? '');
};

const complaint = (inputs: Readonly<Record<string, string>>): string => {
  try {
    read(inputs);
  } catch (error) {
    return (error as { lines: string[] }).lines.join('\n');
  }
  return 'none';
};

test('two inputs suffice; the rest has defaults', () => {
  expect(read()).toEqual({
    broker: 'https://broker.example.com',
    origins: ['https://broker.example.com'],
    scope: 'shop/publish-preview',
    ttl: undefined,
    reason: undefined,
    ticket: undefined,
    audience: 'https://broker.example.com',
    approvalTimeout: 1800,
    exportEnv: false,
    logKeys: [],
    dryRun: false,
  });
});

test('the address of the broker is reduced to its origin', () => {
  expect(read({ 'broker-url': 'https://Broker.Example.com:443/some/path?x=1#y' }).broker).toBe(
    'https://broker.example.com',
  );
});

test.for(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
  'http is taken with a loopback host: %s',
  (url) => {
    expect(read({ 'broker-url': url }).broker).toBe(url);
  },
);

test.for([
  'http://broker.example.com',
  'http://127.0.0.1.example.com',
  'ftp://broker.example.com',
  'broker.example.com',
  'http://localhost.example.com',
])('another address is refused: %s', (url) => {
  expect(complaint({ 'broker-url': url })).toBe(
    `broker-url must be an https address (http only with a loopback host), not "${url}".`,
  );
});

test('a password in the address is refused without repeating it', () => {
  expect(complaint({ 'broker-url': 'https://me:hunter2@broker.example.com/' })).toBe(
    'broker-url must carry no user name or password: set it to "https://broker.example.com".',
  );
});

test.for(['broker-url', 'entitlement'])('a missing %s says what to set', (name) => {
  expect(complaint({ [name]: '' })).toMatch(new RegExp(`^${name} is missing: set it to `));
});

test.for(['shop', 'shop/', 'Shop/preview', 'shop/a/b', 'shop/preview ', `shop/${'a'.repeat(41)}`])(
  'a malformed entitlement is refused: "%s"',
  (text) => {
    expect(complaint({ entitlement: text })).toContain(`not "${text}"`);
  },
);

test('durations are read as seconds', () => {
  expect(read({ ttl: '15m', 'approval-timeout': '2h' })).toMatchObject({ ttl: 900, approvalTimeout: 7200 });
});

test.for(['ttl', 'approval-timeout'])('a wrong duration is refused in %s', (name) => {
  expect(complaint({ [name]: '15 minutes' })).toBe(
    `${name} must be a duration such as 90s, 15m or 1h, not "15 minutes".`,
  );
});

test('a note that is too long or has several lines is refused', () => {
  expect(complaint({ reason: 'x'.repeat(201) })).toContain('reason must have at most 200 characters, and has 201');
  expect(complaint({ ticket: 'SHOP-1\nSHOP-2' })).toContain('ticket must be one line without control characters');
});

test.for(['export-env', 'skip-revoke', 'fail-on-revoke-error', 'dry-run'])(
  'only true and false are taken by %s',
  (name) => {
    expect(complaint({ [name]: 'yes' })).toBe(`${name} must be true or false, not "yes".`);
    expect(complaint({ [name]: 'true' })).toBe('none');
  },
);

const keyOf = (name: string): string => formatVerifierKey(name, generateKeyPairSync('ed25519').publicKey);

test('several log keys are read, one a line', () => {
  const keys = [keyOf('broker.example.com/log'), keyOf('buildpass.example.com/log')];
  const given = { 'log-key': `${keys.join('\n')}\n`, audience: 'https://buildpass.example.com' };
  expect(read(given).logKeys.map(({ name }) => name)).toEqual(['broker.example.com/log', 'buildpass.example.com/log']);
});

test('a key of the log of another broker is refused', () => {
  const stranger = { 'log-key': keyOf('other.example.com/log') };
  expect(complaint(stranger)).toBe(
    'log-key must be of the log broker.example.com/log, not of "other.example.com/log".',
  );
  expect(complaint({ ...stranger, audience: 'https://buildpass.example.com' })).toBe(
    'log-key must be of the log broker.example.com/log or buildpass.example.com/log, not of "other.example.com/log".',
  );
  expect(complaint({ ...stranger, audience: 'urn:example:broker' })).toContain('must be of the log');
});

test('a log key that is none is refused and quoted', () => {
  expect(complaint({ 'log-key': 'broker.example.com/log+12' })).toContain(
    '"broker.example.com/log+12" is not a verifier key',
  );
});

test('the post step reads its two inputs', () => {
  expect(readReturnInputs((name) => (name === 'skip-revoke' ? 'true' : ''))).toEqual({
    skipRevoke: true,
    failOnRevokeError: false,
  });
});
