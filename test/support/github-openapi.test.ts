import { describe, expect, it } from 'vitest';
import { levelsOf, PERMISSIONS } from '../../broker/providers/kind-github-permissions.ts';
import { answerProblems, asDescribed, described, operationOf, requestProblems } from './github-openapi.ts';

const TOKENS = { method: 'POST', url: '/app/installations/87654321/access_tokens' };

function problems(request: { method: string; url: string }, body: object | '' = ''): readonly string[] {
  const found = operationOf(request);
  if (found === undefined) return ['no such operation'];
  return requestProblems(found, { ...request, body: body === '' ? '' : JSON.stringify(body) });
}

describe('GitHub’s own description', () => {
  it('takes what GitHub takes', () => {
    expect(problems(TOKENS, { repository_ids: [1], permissions: { contents: 'read' } })).toEqual([]);
    expect(problems({ method: 'DELETE', url: '/installation/token' })).toEqual([]);
    expect(problems({ method: 'GET', url: '/repositories/456789/installation' })).toEqual([]);
    expect(problems({ method: 'GET', url: '/repos/o/r/contents/access/shop.yaml?ref=main' })).toEqual([]);
  });

  it.each<[string, readonly [{ method: string; url: string }, body?: object]]>([
    ['another method', [{ ...TOKENS, method: 'PUT' }]],
    ['an id that is none', [{ ...TOKENS, url: '/app/installations/x/access_tokens' }, {}]],
    ['a member that it does not know', [TOKENS, { repository_id: [1] }]],
    ['ids that are text', [TOKENS, { repository_ids: ['1'] }]],
    ['a level that is none', [TOKENS, { permissions: { contents: 'all' } }]],
    ['a parameter that it does not know', [{ method: 'GET', url: '/user?fields=all' }]],
    ['a body where none is taken', [{ method: 'GET', url: '/user' }, {}]],
  ])('does not take %s', (_what, [request, body]) => {
    expect(problems(request, body ?? '')).not.toEqual([]);
  });

  it('has an answer of its own to begin with, and notices one that it would not give', () => {
    const found = operationOf(TOKENS);
    if (found === undefined) throw new Error('no such operation');
    const answer = asDescribed(found, 201, { token: 'ghs_x' });
    expect(answerProblems(found, 201, answer)).toEqual([]);
    expect(answerProblems(found, 201, { ...answer, expires_at: 1 })).not.toEqual([]);
    expect(answerProblems(found, 202, answer)).toEqual([expect.stringContaining('answers no 202')]);
  });

  it('has the permissions that a policy can name, but for those of an enterprise', () => {
    const { properties } = described('schemas', 'app-permissions') as { properties: object };
    const ofTokens = Object.keys(properties).filter(
      (name) => !name.startsWith('enterprise_') && !OF_PEOPLE.includes(name),
    );
    expect([...ofTokens, ...UNDESCRIBED].toSorted()).toEqual(PERMISSIONS.toSorted());
  });

  it('has the levels of each that a policy can ask for', () => {
    const { properties } = described('schemas', 'app-permissions') as {
      properties: Record<string, { enum: string[] }>;
    };
    const names = PERMISSIONS.filter((name) => !UNDESCRIBED.includes(name));
    expect(names.map((name) => [name, levelsOf(name)])).toEqual(names.map((name) => [name, properties[name]?.enum]));
  });
});

/** Of the account of a person, which no token of an installation has. */
const OF_PEOPLE: readonly string[] = [
  ...['email_addresses', 'followers', 'git_ssh_keys', 'gpg_keys', 'interaction_limits', 'profile', 'starring'],
];
/** GitHub's settings and events have it, its description does not. */
const UNDESCRIBED: readonly string[] = ['actions_variables'];
