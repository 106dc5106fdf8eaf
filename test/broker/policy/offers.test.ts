import { describe, expect, it } from 'vitest';
import { parseOffers } from '../../../broker/policy/offers.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';

const KINDS = credentialKinds(['jwt'], [{ kind: '_test', lifetime: { min: 60, max: 3_600 }, revocation: 'immediate' }]);

describe('offers', () => {
  it('of a kind like none there is are an error that names those there are, but not those of tests', () => {
    expect(parseOffers([{ kind: 'password' }], KINDS).problems).toEqual([
      {
        path: [0, 'kind'],
        message:
          '"password" is not a kind of credential: there are jwt, github-token, aws-role, gcp-service-account, gcp-credentials-file, azure-app, vault-secret and kubernetes',
      },
    ]);
  });

  it('are kept by kind, those of one kind together and in their order', () => {
    const first = { audiences: ['https://a.example.com'] };
    const second = { audiences: ['https://b.example.com'] };
    const { byKind } = parseOffers([{ kind: 'jwt', ...first }, { kind: '_test' }, { kind: 'jwt', ...second }], KINDS);
    expect([...byKind.keys()]).toEqual(['jwt', '_test']);
    expect(byKind.get('jwt')).toMatchObject([first, second]);
  });
});
