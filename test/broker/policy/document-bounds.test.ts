// How much the keys of a policy may say; what each is for is in document.test.ts.
import { describe, expect, it } from 'vitest';
import { projectSchema } from '../../../broker/policy/document.ts';
import { EVENTS } from '../../../broker/policy/events.ts';
import { jsonSchemaOf } from '../../../broker/policy/json-schema.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import { buildEntitlement, buildProject, errorsOf, type Yaml } from '../../support/build-policy.ts';

const APPROVAL = { by: 'acme/security' };
const DEPLOYMENT = { for: 'acme/security', workflow: '.github/workflows/deploy.yml', ref: 'main' };

/** Inputs of a deployment, each of them as `version`. */
const withInput = (input: Yaml): Yaml => ({ ...DEPLOYMENT, inputs: { version: input } });
const reviewEvery = (every: string): Yaml => ({ every, by: 'acme/security' });

/** For keys with a bound: what is just within it, what just beyond, and the error. */
const BOUNDS: readonly [key: string, error: string, within: unknown, beyond: unknown][] = [
  ['title', ': must have at most 100 characters', 'a'.repeat(100), 'a'.repeat(101)],
  ['description', ': must have at most 1000 characters', 'a'.repeat(1_000), 'a'.repeat(1_001)],
  ['ttl', ': must be at least 60s, and is 59s', '60s', '59s'],
  ['ttl', ': must be a duration such as 15m, or never, not " 10m"', '10m', ' 10m'],
  ['ttl', ': must be a duration such as 15m, or never, not "10m!"', '10m', '10m!'],
  ['max-per-job', ': must be at least 1', 1, 0],
  ['max-per-job', ': must be at most 1000', 1_000, 1_001],
  ['max-per-job', ': must be a whole number, not 1.5', 1, 1.5],
  ['session', ': must be at most 5d: no job runs longer than 5 days', '5d', '121h'],
  ['approval', '.count: must be at most 1000', { ...APPROVAL, count: 1_000 }, { ...APPROVAL, count: 1_001 }],
  ['approval', '.issuances: must be at least 1', { ...APPROVAL, issuances: 1 }, { ...APPROVAL, issuances: 0 }],
  ['review', '.every: must be at least 1d', reviewEvery('1d'), reviewEvery('23h')],
  ['review', '.every: must be at most 366d: ask at least once a year', reviewEvery('366d'), reviewEvery('367d')],
  [
    'deployment',
    '.inputs.version.title: must have at most 100 characters',
    withInput({ type: 'text', title: 'a'.repeat(100) }),
    withInput({ type: 'boolean', title: 'a'.repeat(101) }),
  ],
  [
    'deployment',
    '.inputs.version.default: must have at most 1000 characters',
    withInput({ type: 'text', default: 'a'.repeat(1_000) }),
    withInput({ type: 'text', default: 'a'.repeat(1_001) }),
  ],
  [
    'deployment',
    '.inputs.version.options: is empty: name at least one, or leave the key out',
    withInput({ type: 'choice', options: ['a'] }),
    withInput({ type: 'choice', options: [] }),
  ],
  [
    'deployment',
    '.inputs.version.options[0]: must have at most 200 characters',
    withInput({ type: 'choice', options: ['a'.repeat(200)] }),
    withInput({ type: 'choice', options: ['a'.repeat(201)] }),
  ],
  [
    'deployment',
    '.inputs.version.options[0]: is empty: name at least one, or leave the key out',
    withInput({ type: 'choice', options: ['a'] }),
    withInput({ type: 'choice', options: [''] }),
  ],
];

/** Names of inputs, which GitHub takes as they are. */
const INPUT_NAMES: readonly [name: string, taken: boolean][] = [
  ['_', true],
  ['aZ_0-9', true],
  ['a'.repeat(100), true],
  ['a'.repeat(101), false],
  ['0a', false],
  ['a.b', false],
  [' a', false],
];

describe('an entitlement', () => {
  it.each(BOUNDS)('has bounds: %s%s', (key, error, ...[within, beyond]) => {
    expect(errorsOf({ entitlement: { [key]: within } })).toEqual([]);
    expect(errorsOf({ entitlement: { [key]: beyond } })).toEqual([`shop.yaml entitlements.preview.${key}${error}`]);
  });
});

describe('the inputs of a deployment', () => {
  const inputsOf = (inputs?: Yaml) => {
    const deployment = inputs === undefined ? DEPLOYMENT : { ...DEPLOYMENT, inputs };
    const preview = buildEntitlement({ deployment });
    return projectSchema.parse(buildProject({ entitlements: { preview } })).entitlements['preview']?.deployment?.inputs;
  };

  it('are none, and need not be filled in, where the policy does not say so', () => {
    expect(inputsOf()).toEqual({});
    const choice = { type: 'choice', title: 'Where', options: ['eu', 'us'] };
    expect(inputsOf({ version: { type: 'text', required: true }, notify: { type: 'boolean' }, choice })).toEqual({
      version: { type: 'text', required: true },
      notify: { type: 'boolean', required: false, default: false },
      choice: { ...choice, required: false },
    });
  });

  it.each(INPUT_NAMES)('may be called %s: %s', (name, taken) => {
    const errors = errorsOf({
      entitlement: { deployment: { ...DEPLOYMENT, inputs: { [name]: { type: 'boolean' } } } },
    });
    expect(errors).toEqual(taken ? [] : [expect.stringContaining(`: must be the name of an input, not "${name}"`)]);
  });
});

describe('what an editor is told of a policy', () => {
  const schema = () => jsonSchemaOf(projectSchema, { title: 'A policy', kinds: credentialKinds(['jwt']) });
  const one = { minProperties: 1 };

  it('is what may not be empty', () => {
    const rule = { ...one, properties: { claims: one } };
    const entitlement = { properties: { allow: { minItems: 1, items: rule } } };
    expect(schema()).toMatchObject({
      properties: { repositories: { minItems: 1 }, entitlements: { ...one, additionalProperties: entitlement } },
    });
  });

  it('is the names of events, and of each kind of credential its keys', () => {
    const jwt = expect.objectContaining({
      properties: expect.objectContaining({ kind: { const: 'jwt' }, audience: expect.anything() }),
    });
    const event = { anyOf: [{ enum: EVENTS }, { type: 'array' }] };
    const properties = {
      credential: { anyOf: expect.arrayContaining([jwt]) },
      allow: { items: { properties: { event } } },
    };
    expect(schema()).toMatchObject({ properties: { entitlements: { additionalProperties: { properties } } } });
  });
});
