import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../broker/facts.ts';
import { factFields, factsOnRecord, startedAgainBy, writtenBy } from '../../../broker/requests/fact-fields.ts';
import { buildSubject } from '../../support/build-subject.ts';

const SUBJECT = buildSubject();
const BY_ACTOR = { id: SUBJECT.actorId, login: SUBJECT.actor, isProgram: false };
const ALL: Facts = {
  run: { value: { startedBy: BY_ACTOR, ended: false } },
  commit: { value: { author: BY_ACTOR, committer: BY_ACTOR } },
  policies: new Map([['shop', { of: '', authors: { value: [BY_ACTOR] } }]]),
  environment: { value: true },
  teams: new Map([
    ['acme/security', { value: false }],
    ['acme/product', { unavailable: 'it was not known then' }],
  ]),
};

describe('facts in an entry', () => {
  it('are codes, without a word about whom they are', () => {
    expect(factFields(ALL)).toEqual([
      { fact: 'run', found: 'live' },
      { fact: 'commit-author', found: 'known' },
      { fact: 'policy-author', found: 'known' },
      { fact: 'protected-environment', found: 'yes' },
      { fact: 'requester', team: 'acme/security', found: 'no' },
      { fact: 'requester', team: 'acme/product', found: 'unavailable' },
    ]);
  });

  it('name the commit that the policies are of, where one is known', () => {
    for (const one of factFields(ALL) ?? []) expect(one).not.toHaveProperty('commit');
    const policies: Facts = { policies: new Map([['shop', { of: '', authors: { unavailable: 'x' } }]]) };
    expect(factFields(policies, 'f'.repeat(40))).toEqual([
      { fact: 'policy-author', found: 'unavailable', commit: 'f'.repeat(40) },
    ]);
  });

  it('say of a run whether it had ended', () => {
    const ended: Facts = { run: { value: { startedBy: BY_ACTOR, ended: true } } };
    expect(factFields(ended)).toEqual([{ fact: 'run', found: 'ended' }]);
    expect(factsOnRecord(factFields(ended) ?? [], SUBJECT, 'shop')).toEqual(ended);
  });

  it('are left out where nothing was asked', () => {
    expect([factFields({}), factFields({ nobody: 'nobody' })]).toEqual([undefined, undefined]);
  });

  it('are read back as what they were', () => {
    expect(factsOnRecord(factFields(ALL) ?? [], SUBJECT, 'shop')).toEqual(ALL);
    expect(factsOnRecord((factFields(ALL) ?? []).toReversed(), SUBJECT, 'shop')).toEqual(ALL);
    expect(factsOnRecord([], SUBJECT, 'shop')).toEqual({});
    const unknown: Facts = {
      policies: new Map([['shop', { of: '', authors: { unavailable: 'it was not known then' } }]]),
    };
    expect(factsOnRecord(factFields(unknown) ?? [], SUBJECT, 'shop')).toEqual(unknown);
  });

  it('are read back one by one, whichever of them are there', () => {
    const unknown: Facts = { commit: { unavailable: 'it was not known then' } };
    const { run, commit, policies, environment, teams } = ALL;
    const some = [{ run }, { commit }, { policies }, { environment }, { teams }, { commit, environment }, unknown];
    for (const one of some) expect(factsOnRecord(factFields(one as Facts) ?? [], SUBJECT, 'shop')).toEqual(one);
    expect(factsOnRecord([{ fact: 'run', found: 'unavailable' }], SUBJECT, 'shop')).toEqual({});
  });

  it('name who changed the policy in fields that can be erased', () => {
    const two = [BY_ACTOR, { id: '7', login: 'alice', isProgram: false }];
    expect(writtenBy({ policies: new Map([['shop', { of: '', authors: { value: two } }]]) })).toEqual({
      policy_authors: `${SUBJECT.actorId} 7`,
      policy_author_names: `${SUBJECT.actor} alice`,
    });
    expect(writtenBy({ policies: new Map([['shop', { of: '', authors: { unavailable: 'x' } }]]) })).toEqual({});
  });

  it('name who started it again in fields that can be erased, and nobody where it is the same', () => {
    const other: Facts = { run: { value: { startedBy: { id: '7', login: 'alice', isProgram: false }, ended: false } } };
    expect(startedAgainBy(SUBJECT, other)).toEqual({ triggering_actor: '7', triggering_actor_name: 'alice' });
    expect([startedAgainBy(SUBJECT, ALL), startedAgainBy(SUBJECT, {})]).toEqual([{}, {}]);
  });
});
