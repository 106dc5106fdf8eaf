import { describe, expect, it } from 'vitest';
import { credentialChanges } from '../../../../broker/policy/diff/credential-diff.ts';
import type { Yaml } from '../../../support/build-policy.ts';

const changes = (before: Yaml, now: Yaml): readonly string[] =>
  credentialChanges({ kind: 'k', parameters: before }, { kind: 'k', parameters: now }).map(
    ({ direction, text }) => `${direction}: ${text}`,
  );
const directions = (before: Yaml, now: Yaml): readonly string[] =>
  credentialChanges({ kind: 'k', parameters: before }, { kind: 'k', parameters: now }).map(
    ({ direction }) => direction,
  );

describe('what a credential can do', () => {
  it('is something else under another kind', () => {
    const [before, now] = [
      { kind: 'jwt', parameters: { audience: 'a' } },
      { kind: 'aws-role', parameters: { role: 'r' } },
    ];
    expect(credentialChanges(before, now)).toEqual([
      { direction: 'other', text: 'hands out a aws-role credential, and not a jwt one any more' },
    ]);
  });

  it('is told parameter by parameter, whichever version has it', () => {
    expect(changes({ audience: 'a', algorithm: 'ES256' }, { claims: { b: '1', a: '2' }, audience: 'b' })).toEqual([
      'other: `credential.audience` is "b", and was "a"',
      'other: `credential.algorithm` is left out, and was "ES256"',
      'other: `credential.claims` is {"a":"2","b":"1"}, and was left out',
    ]);
  });

  it('is told shortened where a parameter is long', () => {
    expect(changes({ path: 'a' }, { path: 'x'.repeat(300) })).toEqual([
      `other: \`credential.path\` is "${'x'.repeat(199)}…, and was "a"`,
    ]);
    expect(changes({ path: 'x'.repeat(300) }, { path: 'a' })).toEqual([
      `other: \`credential.path\` is "a", and was "${'x'.repeat(199)}…`,
    ]);
  });

  it.each<[what: string, before: unknown, now: unknown, direction: string[]]>([
    ['a longer list is wider', ['a'], ['b', 'a'], ['wider']],
    ['a shorter list is narrower', ['a', 'b'], ['b'], ['narrower']],
    ['another list is neither', ['a', 'b'], ['b', 'c'], ['other']],
    ['a list in another order is the same', ['a', 'b'], ['b', 'a'], []],
    ['a list of maps is compared by what they say', [{ id: '1', name: 'a' }], [{ name: 'a', id: '1' }], []],
    ['a list in the place of a text is neither', 'a', ['a'], ['other']],
    ['a text in the place of a list is neither', ['a'], 'a', ['other']],
    ['a list that was left out is neither', undefined, ['a'], ['other']],
    ['a map in another order is the same', { a: '1', b: '2' }, { b: '2', a: '1' }, []],
    ['another map is neither, though it has more', { a: '1' }, { a: '1', b: '2' }, ['other']],
  ])('%s', (...[, before, now, direction]) => {
    expect(directions({ any: before }, { any: now })).toEqual(direction);
  });

  it.each<[before: Yaml | undefined, now: Yaml | undefined, direction: string[]]>([
    [{ contents: 'read' }, { contents: 'write' }, ['wider']],
    [{ contents: 'write' }, { contents: 'admin' }, ['wider']],
    [{ contents: 'read' }, { contents: 'read', issues: 'read' }, ['wider']],
    [{ contents: 'write', issues: 'read' }, { contents: 'read' }, ['narrower']],
    [{ contents: 'write', issues: 'read' }, { contents: 'read', issues: 'read' }, ['narrower']],
    [{ contents: 'write' }, { contents: 'read', issues: 'read' }, ['other']],
    [{ contents: 'read', issues: 'read' }, { issues: 'read', contents: 'read' }, []],
    [undefined, { contents: 'read' }, ['other']],
    [{ contents: 'read' }, undefined, ['other']],
  ])('permissions %j → %j are %j', (before, now, direction) => {
    expect(directions({ permissions: before }, { permissions: now })).toEqual(direction);
  });

  it.each<[before: Yaml | undefined, now: Yaml | undefined, direction: string[]]>([
    [{ key: 'a' }, { key: 'a', other: 'b' }, ['wider']],
    [{ key: 'a', other: 'b' }, { other: 'b' }, ['narrower']],
    [{ key: 'a' }, { key: 'b' }, ['other']],
    [{ key: 'a' }, { other: 'a' }, ['other']],
    [undefined, { key: 'a' }, ['other']],
    [{ key: 'a' }, undefined, ['other']],
  ])('values of a secret %j → %j are %j', (before, now, direction) => {
    expect(directions({ values: before }, { values: now })).toEqual(direction);
  });

  it('a session policy takes away from what a role can do', () => {
    const policy = (Action: string): Yaml => ({ 'session-policy': { Statement: [{ Action }] } });
    expect(directions({}, policy('s3:*'))).toEqual(['narrower']);
    expect(directions(policy('s3:*'), {})).toEqual(['wider']);
    expect(directions(policy('s3:*'), policy('ec2:*'))).toEqual(['other']);
  });
});
