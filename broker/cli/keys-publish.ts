// `keys publish`: what relying parties read at `issuer`, as files for a static site. The very bytes that the broker serves.
import { closeSync, fchmodSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemEntropy } from '../clock.ts';
import { type Config, readEncryptionKey } from '../config.ts';
import { StartRefused } from '../errors.ts';
import { ISSUER_PATHS, issuerDocuments } from '../http/issuer-documents.ts';
import { publicKeySet } from '../keys/key-set.ts';
import { keyEncryptionKey, openSigningKeys, type SigningKeys } from '../keys/signing-keys.ts';
import { untouchedKeys } from '../log/vouched-keys.ts';
import { type Command, type ExitCode, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'keys publish',
  summary: 'write discovery and key set of `issuer` as files for a static site',
  usage: 'keys publish DIR',
  about:
    'Writes DIR/.well-known/openid-configuration and DIR/.well-known/jwks.json, each replaced as a whole: the bytes that the broker itself serves. Upload them so that they are at `issuer`, as application/json. Do it again whenever `keys list` says that a key waits to be seen, and at once after a key was withdrawn. Works beside a running broker; opens the keys, so that nothing is published that somebody put into the store.',
  examples: ['buildpass keys publish ./site --config buildpass.yaml'],
  options: {},
  maxPositionals: 1,
  async run({ io, configFile, json, positionals: [directory] }) {
    if (directory === undefined || directory === '')
      throw new UsageError('DIR is missing: write `buildpass keys publish DIR`');
    return withStoreReader(configFile, async (reader, config): Promise<ExitCode> => {
      const rows = await reader.read(untouchedKeys);
      const sealing = keyEncryptionKey(await readEncryptionKey(config.keys.encryptionKeyFile), systemEntropy);
      const { published } = openSigningKeys(rows, sealing);
      const files = writeDocuments(resolve(directory), config, published);
      if (json)
        io.out(JSON.stringify({ issuer: config.issuer, files, key_ids: published.map(({ id }) => id) }, null, 2));
      else io.out([...files, whatNext(config, published.length)].join('\n'));
      return 0;
    });
  },
};

function whatNext({ issuer, url }: Config, count: number): string {
  if (issuer === url)
    return `${count} keys. The broker itself serves the same at ${issuer}: nothing has to be uploaded.`;
  return `${count} keys. Upload both, so that they are at ${ISSUER_PATHS.map((path) => `${issuer}${path}`).join(' and ')}.`;
}

function writeDocuments(directory: string, { issuer }: Config, published: SigningKeys['published']): readonly string[] {
  const documents = issuerDocuments({ issuer, keySet: publicKeySet(published) });
  try {
    mkdirSync(join(directory, '.well-known'), { recursive: true });
    return ISSUER_PATHS.map((path) => replaceFile(join(directory, path), documents[path]));
  } catch (cause) {
    throw new StartRefused(`${directory} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Whole or not at all: what serves the directory may read at any moment. It is public, and for everybody to read, whatever the umask.
 * Always a file of its own making: others may write there, and what they left under its name could be a link to one of ours.
 */
function replaceFile(file: string, text: string): string {
  rmSync(`${file}.new`, { force: true });
  const descriptor = openSync(`${file}.new`, 'wx');
  try {
    fchmodSync(descriptor, 0o644);
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.new`, file);
  return file;
}
