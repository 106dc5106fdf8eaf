import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../broker/config.ts';
import { VALID_CONFIG, writeConfig } from '../support/config-file.ts';

const load = async (upstream: string) => {
  const file = await writeConfig(
    `${VALID_CONFIG}upstreams: { one: { url: https://one.example.com, audience: one, ${upstream} } }\n`,
  );
  return loadConfig(file, {});
};
const refusal = (upstream: string): Promise<string> =>
  load(upstream).then(
    () => 'it loads',
    ({ message }: Error) => message,
  );

describe('an upstream', () => {
  it('that is a vault says where it is asked; unless it says otherwise its auth method is at jwt', async () => {
    expect((await load('kind: vault')).upstreams).toMatchObject([{ authMount: 'jwt' }]);
    const { upstreams } = await load('kind: vault, auth-mount: ci/jwt, namespace: team-a/ci');
    expect(upstreams).toMatchObject([{ authMount: 'ci/jwt', namespace: 'team-a/ci' }]);
  });

  it.each(['/jwt', 'jwt/', 'a/../b', '..', 'jwt?x', 'jwt#x', '"a b"', '""'])(
    'has no part of its address %s',
    async (path) => {
      for (const key of ['auth-mount', 'namespace'])
        expect(await refusal(`kind: vault, ${key}: ${path}`)).toContain(
          `upstreams.one.${key}: must be a path such as jwt or ci/jwt, without a slash at either end`,
        );
    },
  );

  it('that is a cluster has neither', async () => {
    expect(await refusal('kind: kubernetes, auth-mount: jwt')).toContain('upstreams.one.auth-mount: unknown key');
  });

  it('of another kind is none', async () => {
    expect(await refusal('kind: valt')).toMatch(/upstreams\.one\.kind: .*`vault`/);
  });
});
