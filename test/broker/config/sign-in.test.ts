import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../broker/config.ts';
import { VALID_CONFIG, writeConfig } from '../../support/config-file.ts';

const CLIENT = 'client-id: a, client-secret-file: ./s';
const OIDC = `kind: oidc, issuer: https://sso.example.com, ${CLIENT}`;
const GHES = 'ghes: { kind: github, url: https://ghes.example.com/_services/token, owners: { acme: "7" } }';
const withSignIn = (signIn: string, config = VALID_CONFIG): string => `${config}sign-in: { ${signIn} }\n`;

async function load(text: string) {
  const file = await writeConfig(text);
  return { file, config: await loadConfig(file, {}) };
}

async function refusalOf(text: string): Promise<string> {
  const file = await writeConfig(text);
  return loadConfig(file, {}).then(
    () => 'it loads',
    (error: Error) => error.message.replaceAll(`${dirname(file)}/`, ''),
  );
}

describe('sign-in', () => {
  it('fills in what most people need', async () => {
    const { file, config } = await load(withSignIn(`sso: { ${OIDC} }, gh: { kind: github, ${CLIENT} }`));
    const client = { clientId: 'a', clientSecretFile: join(dirname(file), 's'), privateNetwork: false };
    expect(config.signIn).toEqual([
      {
        ...{ name: 'sso', title: 'sso', kind: 'oidc', issuer: 'https://sso.example.com', ...client },
        ...{ scopes: ['openid', 'profile'], groupsClaim: 'groups' },
      },
      {
        ...{ name: 'gh', title: 'gh', kind: 'github', issuer: 'github', ...client },
        ...{ url: 'https://github.com', apiUrl: 'https://api.github.com', organizations: { acme: '1001' } },
      },
    ]);
  });

  it('may stand under the name of the issuer whose accounts it is for', async () => {
    const { config } = await load(withSignIn(`github: { kind: github, ${CLIENT} }`));
    expect(config.signIn).toMatchObject([{ name: 'github', issuer: 'github' }]);
  });

  it('takes an issuer with a slash at its end, as some providers have it', async () => {
    const issuer = 'https://sso.example.com/application/o/buildpass/';
    const { config } = await load(withSignIn(`sso: { kind: oidc, issuer: "${issuer}", ${CLIENT} }`));
    expect(config.signIn).toMatchObject([{ issuer }]);
  });

  it.each([
    [
      'an OpenID Connect provider by the name of an issuer, whose ids could be those of actors',
      withSignIn(`github: { ${OIDC} }`),
      'sign-in.github: "github" is the name of an issuer: give this provider another name',
    ],
    [
      'one provider twice, which would make two people of one',
      withSignIn(`a: { ${OIDC} }, b: { ${OIDC} }`),
      'sign-in.b.issuer: is already that of `a`: each provider may be named once',
    ],
    [
      'two GitHubs',
      withSignIn(`a: { kind: github, ${CLIENT} }, b: { kind: github, ${CLIENT} }`),
      'sign-in.b.kind: only one GitHub can be signed in with',
    ],
    [
      'an issuer that is not there',
      withSignIn(`gh: { kind: github, issuer: gitub, ${CLIENT} }`),
      'sign-in.gh.issuer: "gitub" is none of the issuers; name one of `issuers`: github',
    ],
    [
      'a GitHub of its own without its issuer',
      withSignIn(
        `gh: { kind: github, url: https://ghes.example.com, ${CLIENT} }`,
        VALID_CONFIG.replace('issuers:', `issuers:\n  ${GHES}`),
      ),
      'sign-in.gh.issuer: is missing: it cannot be told which issuer has the same account ids; name one of `issuers`: ghes, github',
    ],
    [
      'http to elsewhere',
      withSignIn(`sso: { kind: oidc, issuer: http://sso.example.com, ${CLIENT} }`),
      'is not encrypted',
    ],
    [
      'a client without its secret',
      withSignIn('sso: { kind: oidc, issuer: https://sso.example.com, client-id: a }'),
      'client-secret-file: is missing',
    ],
  ])('refuses %s', async (_name, text, message) => {
    expect(await refusalOf(text)).toContain(message);
  });
});
