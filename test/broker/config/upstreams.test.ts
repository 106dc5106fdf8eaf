import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../broker/config.ts';
import { VALID_CONFIG, writeConfig } from '../../support/config-file.ts';

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

  it.each(['vault', 'kubernetes'])(
    'has an audience of its own, which a %s at another address does not have',
    async (kind) => {
      const config = (other: string) =>
        writeConfig(`${VALID_CONFIG}upstreams:
  one: { kind: vault, url: https://one.example.com, audience: one }
  two: { kind: ${kind}, url: https://two.example.com, audience: two }
  three: { kind: ${kind}, ${other} }
`);
      const refused = loadConfig(await config('url: https://three.example.com, audience: one'), {});
      await expect(refused).rejects.toThrow(
        'upstreams.three.audience: is that of "one" too, which is another system: each could sign in at the other with a token of ours, so give each an audience of its own',
      );
      const own = await loadConfig(await config('url: https://three.example.com, audience: three'), {});
      expect(own.upstreams).toHaveLength(3);
    },
  );

  it('may have that of another namespace or auth method of the same system', async () => {
    const loaded = await load(
      'kind: vault }, two: { kind: vault, url: https://one.example.com, audience: one, namespace: b',
    );
    expect(loaded.upstreams).toMatchObject([{ name: 'one' }, { name: 'two', namespace: 'b' }]);
  });

  it('that is a cluster has no auth method', async () => {
    expect(await refusal('kind: kubernetes, auth-mount: jwt')).toContain(
      'upstreams.one.auth-mount: does not go with what stands beside it: leave it out',
    );
  });

  it('of another kind is none', async () => {
    expect(await refusal('kind: valt')).toMatch(/upstreams\.one\.kind: .*`vault`/);
  });
});
