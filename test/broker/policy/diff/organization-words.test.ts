import { expect, it } from 'vitest';
import { ENTRY_FIELDS } from '../../../../broker/log/entry.ts';
import { wordsBetween } from '../../../../broker/policy/diff/organization-words.ts';
import { organizationSchema } from '../../../../broker/policy/organization-document.ts';
import { buildOrganization, type Yaml } from '../../../support/build-policy.ts';

const words = (before: Yaml, now: Yaml) =>
  wordsBetween(...([before, now].map((keys) => organizationSchema.parse(buildOrganization(keys))) as [never, never]));
const ofGuardrails = (before: Yaml, now: Yaml) => words({ guardrails: before }, { guardrails: now });
const statics = (count: number, length = 30): Yaml => ({
  'allow-static': Array.from({ length: count }, (_, at) => `shop/${'x'.repeat(length)}${at}`),
});
const waivers = (count: number): Yaml => ({
  waivers: Array.from({ length: count }, (_, at) => ({
    ...{ entitlement: `shop/e${at}`, of: 'approval', until: '2026-12-31', owner: 'acme/security', reason: 'x' },
  })),
});

it('has a list for what was loosened, one for what was tightened, one for the rest, and none that is empty', () => {
  expect(ofGuardrails({ 'longest-ttl': { low: '1h' } }, statics(1))).toEqual({
    loosened: ['`longest-ttl` for low risk is unlimited, and was 1h', `\`allow-static\` gains shop/${'x'.repeat(30)}0`],
  });
  expect(ofGuardrails({}, { never: { events: ['issues'] } })).toEqual({ tightened: ['`never.events` gains issues'] });
  const { teams, projects } = buildOrganization() as { teams: Yaml; projects: Yaml };
  const [waiver] = waivers(1)['waivers'] as Yaml[];
  expect(
    words(
      { teams, projects, guardrails: { waivers: [waiver] } },
      {
        teams: { ...teams, 'acme/new': { github: '9' } },
        projects,
        guardrails: { waivers: [{ ...waiver, owner: 'acme/platform' }] },
      },
    ),
  ).toEqual({
    otherwise: [
      'acme/platform answers for the waiver of "approval" for shop/e0 now',
      'the team acme/new (github:9) is added',
    ],
  });
  expect(ofGuardrails({}, {})).toEqual({});
});

it('is bounded in number and length, and fits the entry', () => {
  const { loosened = [] } = ofGuardrails({}, { ...statics(100), ...waivers(50) });
  expect(loosened).toHaveLength(21);
  expect(loosened.at(-1)).toBe('and 31 more');
  expect(loosened[0]).toHaveLength(401);
  expect(ENTRY_FIELDS['organization.changed'].shape.loosened.parse(loosened)).toEqual(loosened);
  expect(ofGuardrails({}, waivers(20)).loosened).toHaveLength(20);
});

it('says so where the older text cannot be read any more', () => {
  const now = organizationSchema.parse(buildOrganization());
  const unknown = {
    loosened: ['what was in force before cannot be read by this version: what changed is not known'],
  };
  expect(wordsBetween(undefined, now)).toEqual(unknown);
  expect(wordsBetween(now, undefined)).toEqual(unknown);
});
