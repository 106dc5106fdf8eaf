import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../broker/config.ts';
import { VALID_CONFIG, writeConfig } from '../../support/config-file.ts';

const APP = 'github: { app-id: "1", private-key-file: ./app.pem }\n';

async function load(keptIn: string, more = APP) {
  const text = VALID_CONFIG.replace('directory: ./policies', `directory: ./policies, kept-in: ${keptIn}`);
  const file = await writeConfig(`${text}${more}`);
  const key = join(dirname(file), 'app.pem');
  await writeFile(key, 'not looked at');
  await chmod(key, 0o600);
  return (await loadConfig(file, {})).policies.keptIn;
}

describe('the repository that the policies are kept in', () => {
  it('is a name, an id, and the id of its owner, which stands among those of the issuer', async () => {
    expect(await load('{ name: Acme/policies, id: "777", folder: access/prod, commit-file: COMMIT }')).toEqual({
      ...{ repository: 'Acme/policies', repositoryId: '777', repositoryOwnerId: '1001' },
      ...{ folder: 'access/prod', commitFile: 'COMMIT' },
    });
    expect(await load('{ name: acme/policies, id: "777" }')).toMatchObject({ folder: '', commitFile: '.commit' });
  });

  it.each([
    ['{ name: acme, id: "777" }', 'kept-in.name: a repository is written owner/name'],
    ['{ name: acme/policies, id: 777 }', 'kept-in.id'],
    ['{ name: acme/policies, id: "0777" }', 'kept-in.id: must be the id of the repository in quotes'],
    ['{ name: acme/policies, id: "777", folder: /policies }', 'kept-in.folder: must be a path such as'],
    ['{ name: acme/policies, id: "777", folder: a/../b }', 'kept-in.folder: must be a path such as'],
    ['{ name: acme/policies, id: "777", commit-file: shop.yaml }', 'kept-in.commit-file: must be the name of a file'],
    ['{ name: acme/policies, id: "777", commit-file: ../x }', 'kept-in.commit-file: must be the name of a file'],
    ['{ name: acme/policies, id: "777", commit-file: .. }', 'kept-in.commit-file: must be the name of a file'],
    ['{ name: other/policies, id: "777" }', '"other" is none of the `owners` of `issuers.github`: add it there'],
  ])('is refused as %s', async (keptIn, words) => {
    await expect(load(keptIn)).rejects.toThrow(words);
  });

  it('is refused without an App that asks there, and where the App knows no issuer', async () => {
    const keptIn = '{ name: acme/policies, id: "777" }';
    await expect(load(keptIn, '')).rejects.toThrow('kept-in: is asked of GitHub in the name of an App');
    const elsewhere = APP.replace('{ ', '{ api-url: "https://api.tenant.ghe.com", ');
    await expect(load(keptIn, elsewhere)).rejects.toThrow('of an issuer that the GitHub App knows');
  });
});
