import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../broker/config.ts';
import { VALID_CONFIG, writeConfig } from '../../support/config-file.ts';

const loadOwners = async (owners: string) =>
  loadConfig(await writeConfig(VALID_CONFIG.replace(/owners: \{[^}]*\}/, `owners: ${owners}`)), {});

describe('owners of an issuer', () => {
  it('are each named once, however their letters are cased', async () => {
    await expect(loadOwners('{ acme: "1001", Acme: "6666" }')).rejects.toThrow(
      /owners\.Acme: "Acme" is the same owner as "acme": keep one of them/,
    );
  });

  it.each(['"0"', '"01001"'])('have ids as GitHub writes them, not %s', async (id) => {
    await expect(loadOwners(`{ acme: ${id} }`)).rejects.toThrow(/digits only and no zero before them/);
  });
});

it('a configuration that is not UTF-8 is refused', async () => {
  const file = await writeConfig();
  await writeFile(file, Buffer.from([0x61, 0x3a, 0x20, 0xff]));
  await expect(loadConfig(file, {})).rejects.toThrow(`${file}: it is not UTF-8: save it as UTF-8`);
});
