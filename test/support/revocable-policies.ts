// The policies of the stories about approvals, with one more thing in them that jobs get at once and another system revokes; and a
// second person of security, since it takes two to resume.
import { ORGANIZATION, PEOPLE, SHOP } from './approval-story.ts';
import type { TestBrokerOptions } from './test-broker.ts';

const UPSTREAM = `  upstream:
    title: From another system
    risk: low
    credential: { kind: _test }
    ttl: 10m
    allow: [ { branch: main, event: push } ]
`;

export const revocable = (): TestBrokerOptions => ({
  people: [...PEOPLE, { name: 'Rita', id: '9006', groups: ['security'] }],
  policies: {
    'shop.yaml': `${SHOP.trimEnd()}\n${UPSTREAM}`,
    '_organization.yaml': `${ORGANIZATION.trimEnd()}\n      - { kind: _test }\n`,
  },
});
