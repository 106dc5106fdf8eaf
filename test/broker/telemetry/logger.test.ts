import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../broker/errors.ts';
import { createLogger, type Logger } from '../../../broker/telemetry/logger.ts';
import { Secret } from '../../../shared/secret.ts';

const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmU';

function recorded(demo = false): { logger: Logger; lines: string[]; last: () => Record<string, unknown> } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: 'info', demo, destination, clock: { now: () => 1_750_000_000_000 } });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes one JSON line an event, with level, time, message and fields', () => {
    const { logger, lines } = recorded();
    logger.info('policy loaded', { projects: 2 });
    expect(lines).toEqual([
      '{"level":"info","time":"2025-06-15T15:06:40.000Z","projects":2,"message":"policy loaded"}\n',
    ]);
  });

  it('says on every line of a demo that it is one', () => {
    const { logger, last } = recorded(true);
    logger.child({ request: 'req_1' }).warn('x');
    expect(last()).toMatchObject({ demo: true, level: 'warn', request: 'req_1' });
  });

  it('keeps still below its level', () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: 'error',
      demo: false,
      destination: { write: (line) => void lines.push(line) },
    });
    logger.info('a');
    logger.warn('b');
    logger.error('the store did not answer');
    expect(lines).toHaveLength(1);
  });

  it('shows code, message and causes of an error, and nothing else that it carries', () => {
    const { logger, lines, last } = recorded();
    const cause = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      body: 'password=opensesame',
    });
    logger.warn('cannot issue', { error: new BrokerError('UPSTREAM_FAILED', 'The vault did not answer.', { cause }) });
    expect(last()).toMatchObject({
      error: {
        name: 'BrokerError',
        code: 'UPSTREAM_FAILED',
        message: 'The vault did not answer.',
        cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
      },
    });
    expect(lines.join()).not.toContain('opensesame');
  });

  it('shows where an error happened that nobody foresaw, and ends at a chain of causes without end', () => {
    const { logger, last } = recorded();
    const error = new TypeError('x is undefined');
    error.cause = error;
    logger.warn('failed', { error });
    expect(last()['error']).toMatchObject({
      name: 'TypeError',
      stack: expect.stringContaining('logger.test.ts') as string,
      cause: { cause: {} },
    });
  });

  it('describes an error wherever it stands, without what a library hung on it', () => {
    const { logger, lines, last } = recorded();
    const error = Object.assign(new Error('refused'), {
      config: { headers: { authorization: 'opaque-token-123456' } },
    });
    logger.child({ origin: { error } }).warn('failed', { detail: { error, attempts: [error] } });
    expect(lines.join()).not.toContain('opaque-token-123456');
    const described = expect.objectContaining({ name: 'Error', message: 'refused' }) as unknown;
    expect(last()).toMatchObject({ origin: { error: described }, detail: { error: described, attempts: [described] } });
  });

  it('ends at a field that contains itself', () => {
    const { logger, last } = recorded();
    const field: Record<string, unknown> = {
      name: 'outer',
      at: new Date(0),
      secret: new Secret('opaque-token-123456'),
    };
    field['self'] = field;
    logger.info('x', { field });
    expect(last()['field']).toMatchObject({ name: 'outer', at: '1970-01-01T00:00:00.000Z', secret: '[secret]' });
    expect(JSON.stringify(last())).toContain('[deeper]');
  });

  it('does not repeat what JSON.parse quotes from its input', () => {
    const { logger, lines } = recorded();
    try {
      JSON.parse('s3cr3t-token');
    } catch (error) {
      logger.warn('bad answer', { error });
    }
    expect(lines.join()).not.toContain('s3cr');
  });
});

describe('redaction', () => {
  it('cuts out a hidden value wherever it stands: message, field, error, child', () => {
    const { logger, lines } = recorded();
    logger.child({}).hide(new Secret('correct-horse-battery'));
    logger.info('got correct-horse-battery', {
      a: { b: ['correct-horse-battery'] },
      error: new Error('near correct-horse-battery'),
    });
    expect(lines.join()).not.toContain('correct-horse');
    expect(lines.join().match(/\[secret\]/g)).toHaveLength(3);
  });

  it('cuts out a value in the spelling of JSON and of URLs', () => {
    const { logger, lines } = recorded();
    logger.hide('line one\nline "two"');
    logger.info('x', {
      value: 'line one\nline "two"',
      url: `https://h/?k=${encodeURIComponent('line one\nline "two"')}`,
    });
    expect(lines.join()).not.toMatch(/line one|line%20one/);
  });

  it.each([
    ['a JWS', TOKEN],
    ['a JWS in a header', `Bearer ${TOKEN}`],
    ['a JWE', `${TOKEN}.c2lnbmF0dXJl.c2ln`],
    ['a JWS with an empty payload', 'eyJhbGciOiJFUzI1NiJ9..c2lnbmF0dXJlLXNpZ25hdHVyZQ'],
  ])('cuts out %s that nobody named', (_what, text) => {
    const { logger, last } = recorded();
    logger.warn(`refused ${text} at once`, { text });
    expect(last()['text']).toMatch(/^(Bearer )?\[token\]$/);
    expect(last()['message']).toMatch(/^refused (Bearer )?\[token\] at once$/);
  });

  it('leaves host names, versions and digests alone', () => {
    const { logger, last } = recorded();
    const text =
      'token.actions.githubusercontent.com v1.22.333 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    logger.info(text);
    expect(last()['message']).toBe(text);
  });

  it('cuts out a secret before it cuts a long message', () => {
    const { logger, lines, last } = recorded();
    const secret = `opaque-${'S'.repeat(40)}`;
    logger.hide(secret);
    logger.warn('x', {
      error: new Error(`${'u'.repeat(1_970)}${secret}`, { cause: new Error(`${'v'.repeat(1_970)}${secret}`) }),
    });
    expect(lines.join()).not.toContain('opaque-S');
    expect(last()['error']).toMatchObject({ message: `${'u'.repeat(1_970)}[secret]` });
  });

  it.each(['', 'u:', 'user', ':', 'user:'])('cuts out a value in base64 after "%s"', (before) => {
    const { logger, last } = recorded();
    const secret = 'correct-horse~~~battery???staple';
    logger.hide(secret);
    const bytes = Buffer.from(`${before}${secret}:more`);
    logger.info('x', { basic: bytes.toString('base64'), url: bytes.toString('base64url') });
    for (const encoding of ['base64', 'base64url'] as const) {
      const text = String(last()[encoding === 'base64' ? 'basic' : 'url']);
      expect(text).toContain('[secret]');
      expect(Buffer.from(text.replace('[secret]', ''), encoding).toString()).not.toMatch(/horse|battery|staple/);
    }
  });

  it('cuts out the whole of a value before a value that is part of it', () => {
    const { logger, last } = recorded();
    for (const value of ['correct-horse', 'correct-horse-battery-staple']) logger.hide(value);
    logger.info('correct-horse-battery-staple');
    expect(last()['message']).toBe('[secret]');
  });

  it('does not take a value so short that it turns up in words', () => {
    const { logger, last } = recorded();
    logger.hide('a');
    logger.info('a banana');
    expect(last()['message']).toBe('a banana');
  });

  it('keeps the newest values and forgets the oldest', () => {
    const { logger, last } = recorded();
    for (let at = 0; at < 300; at += 1) logger.hide(`secret-value-${String(at).padStart(4, '0')}`);
    logger.info('secret-value-0000 secret-value-0299');
    expect(last()['message']).toBe('secret-value-0000 [secret]');
  });

  it('never forgets what is hidden always', () => {
    const { logger, last } = recorded();
    logger.hide(new Secret('key-encryption-key'), { always: true });
    for (let at = 0; at < 300; at += 1) logger.hide(`secret-value-${String(at).padStart(4, '0')}`);
    logger.info('key-encryption-key');
    expect(last()['message']).toBe('[secret]');
  });

  it('takes time that grows only with the length of a hostile line', () => {
    const { logger, last } = recorded();
    const hostile = `${'eyJ'.repeat(100_000)}.${'eyJ.'.repeat(100_000)}`;
    logger.info(hostile);
    expect(last()['level']).toBe('info');
  }, 2_000);
});
