// What people write in their decisions, and what the broker says to what it does not take.
import { describe, expect, it } from 'vitest';
import {
  invokeBodySchema,
  passkeyRegistrationSchema,
  reviewBodySchema,
  verdictBodySchema,
} from '../../shared/people-api.ts';

const binding = 'a1'.repeat(32);
const problemsOf = (result: { error?: { issues: readonly { path: PropertyKey[]; message: string }[] } }) =>
  (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('the reason of a verdict', () => {
  const reasonOf = (reason?: string) => verdictBodySchema.safeParse({ verdict: 'approve', reason, binding });

  it('is taken without the spaces around it', () => {
    expect(reasonOf(' as agreed ').data?.reason).toBe('as agreed');
    expect(reasonOf('a'.repeat(500)).success).toBe(true);
  });

  it('that says nothing is none', () => {
    expect(reasonOf('  ').data).toEqual({ verdict: 'approve', reason: undefined, binding });
    expect(reasonOf().success).toBe(true);
  });

  it.each([
    ['a'.repeat(501), 'reason: is longer than 500 characters'],
    ['a\nb', 'reason: has control characters in it'],
    ['a\u0007b', 'reason: has control characters in it'],
    ['a\u202eb', 'reason: has control characters in it'],
  ])('is refused: %j', (reason, problem) => {
    expect(problemsOf(reasonOf(reason))).toEqual([problem]);
  });
});

describe('a binding', () => {
  it.each(['', 'A1'.repeat(32), `${binding}0`, `0${binding}`, 'a1'.repeat(31)])('%j is none', (wrong) => {
    expect(problemsOf(verdictBodySchema.safeParse({ verdict: 'reject', binding: wrong }))).toEqual([
      'binding: is not the binding of a request',
    ]);
    expect(problemsOf(invokeBodySchema.safeParse({ reason: 'x', ticket: 'x', binding: wrong }))).toEqual([
      'binding: is not the binding of a request',
    ]);
  });
});

describe('an invocation in an emergency', () => {
  it('has a reason and a ticket', () => {
    expect(invokeBodySchema.parse({ reason: ' down ', ticket: ' INC-1 ', binding })).toEqual({
      ...{ reason: 'down', ticket: 'INC-1', binding },
    });
    expect(invokeBodySchema.safeParse({ reason: 'x', ticket: 'a'.repeat(200), binding }).success).toBe(true);
    expect(problemsOf(invokeBodySchema.safeParse({ reason: ' ', ticket: ' ', binding }))).toEqual([
      'reason: is empty: say why',
      'ticket: is empty: name the incident or ticket',
    ]);
    expect(problemsOf(invokeBodySchema.safeParse({ reason: 'x', ticket: 'a'.repeat(201), binding }))).toEqual([
      'ticket: is longer than 200 characters',
    ]);
  });

  it('is reviewed with a reason', () => {
    expect(reviewBodySchema.parse({ reason: ' seen ' })).toEqual({ reason: 'seen' });
    expect(problemsOf(reviewBodySchema.safeParse({ reason: '' }))).toEqual(['reason: is empty: say why']);
  });
});

describe('the name of a passkey', () => {
  const response = { clientDataJSON: 'x', attestationObject: 'x' };
  const named = (name?: string) =>
    passkeyRegistrationSchema.safeParse({ id: 'x', rawId: 'x', type: 'public-key', response, name });

  it.each(['a', 'Ä key of mine', 'a'.repeat(60), undefined])('may be %j', (name) => {
    expect(named(name).data).toEqual({
      ...{ id: 'x', rawId: 'x', type: 'public-key', clientExtensionResults: {} },
      ...{ response: { ...response, transports: [] }, name },
    });
  });

  it.each(['', 'a'.repeat(61), 'a\u0007', '\u0007a', 'a\u202eb'])('may not be %j', (name) => {
    expect(problemsOf(named(name))).toEqual(['name: it has 1 to 60 characters that can be seen']);
  });
});
