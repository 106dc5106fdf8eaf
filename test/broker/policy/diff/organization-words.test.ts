import { expect, it } from 'vitest';
import { ENTRY_FIELDS } from '../../../../broker/log/entry.ts';
import { organizationWords } from '../../../../broker/policy/diff/organization-words.ts';
import { buildOrganization, type Yaml, yamlText } from '../../../support/build-policy.ts';

const textOf = (guardrails: Yaml): string => yamlText(buildOrganization({ guardrails }));
const statics = (count: number): Yaml => ({
  'allow-static': Array.from({ length: count }, (_, at) => `shop/${'x'.repeat(30)}${at}`),
});

it('has a list for what was loosened, one for what was tightened, and none that is empty', () => {
  expect(organizationWords(textOf({ 'longest-ttl': { low: '1h' } }), textOf(statics(1)))).toEqual({
    loosened: ['`longest-ttl` for low risk is unlimited, and was 1h', `\`allow-static\` gains shop/${'x'.repeat(30)}0`],
  });
  expect(organizationWords(textOf({}), textOf({ never: { events: ['issues'] } }))).toEqual({
    tightened: ['`never.events` gains issues'],
  });
  expect(organizationWords(textOf({}), `# reviewed\n${textOf({})}`)).toEqual({});
});

it('is bounded in number and length, and fits the entry', () => {
  const waivers = Array.from({ length: 50 }, (_, at) => ({
    ...{ entitlement: `shop/e${at}`, of: 'approval', until: '2026-12-31', owner: 'acme/security', reason: 'x' },
  }));
  const { loosened = [] } = organizationWords(textOf({}), textOf({ ...statics(100), waivers }));
  expect(loosened).toHaveLength(21);
  expect(loosened.at(-1)).toBe('and 31 more');
  expect(ENTRY_FIELDS['organization.changed'].shape.loosened.parse(loosened)).toEqual(loosened);
});

it('says so where the older text cannot be read any more', () => {
  expect(organizationWords('future-key: 1\n', textOf({}))).toEqual({
    loosened: ['what was in force before cannot be read by this version: what changed is not known'],
  });
});
