import { describe, expect, it } from 'vitest';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import type { Yaml } from '../../support/build-policy.ts';
import { EACH, kindOf, kinds, offerProblems, offersOf, problems } from '../../support/credential-samples.ts';

describe('credentialKinds', () => {
  it('knows every kind, and which of them this broker can issue', () => {
    expect([...kinds].map(([name, { available }]) => `${name} ${available}`)).toEqual([
      'jwt true',
      'github-token false',
      'aws-role false',
      'gcp-service-account false',
      'gcp-credentials-file false',
      'azure-app false',
      'vault-secret false',
      'kubernetes false',
    ]);
  });

  it.each([
    ['jwt', 60, 86_400, 'at-expiry', undefined],
    ['github-token', 60, 3_600, 'immediate', undefined],
    ['aws-role', 900, 43_200, 'at-expiry', undefined],
    ['gcp-service-account', 60, 43_200, 'at-expiry', undefined],
    ['gcp-credentials-file', 60, 86_400, 'at-expiry', undefined],
    ['azure-app', 5_400, 86_400, 'at-expiry', undefined],
    ['vault-secret', 60, 2_764_800, 'immediate', true],
    ['kubernetes', 60, 86_400, 'at-expiry', undefined],
  ])('%s lives %i to %i seconds', (name, min, ...[max, revocation, isStatic]) => {
    const kind = kindOf(name);
    expect([kind.lifetime, kind.revocation, kind.static]).toEqual([{ min, max }, revocation, isStatic]);
  });

  it.each(EACH)('$name takes what is right and offered', ({ name }) => {
    expect(problems(name)).toEqual([]);
  });

  it.each(EACH)('$name takes nothing that was not offered at all', ({ name, parameters }) => {
    const [problem] = problems(name, {}, []);
    expect(problem).toContain(
      name === 'github-token'
        ? '"acme/libs" with contents: read is not offered'
        : `: the organization offers this project no \`${name}\` credential: add { kind: ${name}, `,
    );
    expect(Object.keys(parameters).length).toBeGreaterThan(1);
  });

  it.each(EACH)('$name takes no part of two offers that neither would take whole', ({ name, offer }) => {
    const [first = '', second] = Object.keys(offer);
    expect(second).toBeDefined();
    const half = (key: string): Yaml => ({ ...offer, [key]: elsewhere(offer[key]) });
    expect(problems(name, {}, [half(first), half(second ?? '')])).not.toEqual([]);
  });

  it.each(EACH)('$name takes nothing that lies beyond one part of its offer', ({ name, offer }) => {
    for (const key of Object.keys(offer))
      expect(problems(name, {}, [{ ...offer, [key]: elsewhere(offer[key]) }]), key).not.toEqual([]);
  });

  it.each(EACH)('$name takes no parameter that it does not know', ({ name }) => {
    expect(problems(name, { xyz: 'a' })).toEqual([expect.stringContaining('xyz: unknown key')]);
  });

  it.each(EACH)('$name takes no empty parameter: empty must never come to mean everything', ({ name, parameters }) => {
    for (const [key, value] of Object.entries(parameters))
      expect(problems(name, { [key]: emptyOf(value) }), key).not.toEqual([]);
  });

  it.each(EACH)('an offer of $name refuses mistyped keys and empty lists', ({ name, offer }) => {
    expect(offerProblems(name, { ...offer, xyz: ['a'] })).toEqual([expect.stringContaining('xyz: unknown key')]);
    expect(offerProblems(name, { ...offer, [Object.keys(offer)[0] ?? '']: [] })).toEqual([
      expect.stringContaining('is empty'),
    ]);
  });

  it('an audience is offered whole: a pattern would never match', () => {
    expect(offerProblems('jwt', { audiences: ['https://*.example.com'] })).toEqual([
      'audiences.0: "https://*.example.com" has `*`: it is compared whole, a pattern would never match',
    ]);
  });

  it('says how to offer what was not offered', () => {
    expect(problems('aws-role', { tags: undefined, 'source-identity': undefined }, [])).toEqual([
      ': the organization offers this project no `aws-role` credential: add { kind: aws-role, roles: [arn:aws:iam::111122223333:role/shop-deploy] } to may-offer',
    ]);
  });

  it('further kinds take no parameters and must be offered', () => {
    const extra = credentialKinds([], [{ kind: '_test', lifetime: { min: 60, max: 90 }, revocation: 'immediate' }]).get(
      '_test',
    );
    const offers = offersOf('jwt', []);
    expect(extra).toMatchObject({ available: true, lifetime: { min: 60, max: 90 } });
    expect(extra?.parse({}, { ...offers, offered: [{}] })).toEqual({ ok: true, parameters: {} });
    expect(extra?.parse({ x: 1 }, { ...offers, offered: [{}] }).ok).toBe(false);
    expect(extra?.parse({}, offers).ok).toBe(false);
  });
});

/** Another value of the same form, which is not what the parameters ask for. */
function elsewhere(value: unknown): unknown {
  if (!Array.isArray(value)) return { metadata: 'read' };
  return value.map((one) =>
    typeof one === 'string' ? `${one.replaceAll('*', '')}-elsewhere` : { name: 'acme/elsewhere', id: '9' },
  );
}

function emptyOf(value: unknown): unknown {
  if (typeof value === 'string') return '';
  return Array.isArray(value) ? [] : {};
}
