import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDeployed, readPolicyDirectory } from '../../../broker/policy/directory-source.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'buildpass-policies-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const write = (name: string, content: string | Buffer): Promise<void> => writeFile(join(directory, name), content);

describe('readPolicyDirectory', () => {
  it('reads the YAML files of the directory, sorted, and nothing else', async () => {
    await write('shop.yaml', 'a: b\n');
    await write('_organization.yaml', 'c: d\r\n');
    await write('old.yml', '');
    await Promise.all(['notes.md', '.commit', '.hidden.yaml', 'shop.yaml.bak'].map((name) => write(name, 'x')));
    await mkdir(join(directory, 'below'));
    expect(await readPolicyDirectory(directory)).toEqual([
      { file: '_organization.yaml', text: 'c: d\r\n' },
      { file: 'old.yml', text: '' },
      { file: 'shop.yaml', text: 'a: b\n' },
    ]);
  });

  it('reads them in the order of their UTF-16, as sets are sorted', async () => {
    for (const name of ['\uff5e.yaml', '\u{1f600}.yaml']) await write(name, name);
    const documents = await readPolicyDirectory(directory);
    expect(documents.map(({ file }) => file)).toEqual(['\u{1f600}.yaml', '\uff5e.yaml']);
  });

  it('keeps a byte order mark, so that the digest is that of the bytes', async () => {
    await write('shop.yaml', Buffer.from([0xef, 0xbb, 0xbf, 0x61]));
    expect(await readPolicyDirectory(directory)).toEqual([{ file: 'shop.yaml', text: '\ufeffa' }]);
  });

  it('follows a directory and files that are switched by symlink', async () => {
    for (const version of ['one', 'two']) {
      await mkdir(join(directory, version));
      await write(`${version}/shop.yaml`, version);
    }
    const current = join(directory, 'current');
    await symlink('one', current);
    expect(await readPolicyDirectory(current)).toEqual([{ file: 'shop.yaml', text: 'one' }]);
    await symlink('two', join(directory, 'next'));
    await rename(join(directory, 'next'), current);
    expect(await readPolicyDirectory(current)).toEqual([{ file: 'shop.yaml', text: 'two' }]);
  });

  it('refuses what is not UTF-8, too large, or not a file, and names it', async () => {
    const refusal = async (name: string): Promise<string> => {
      const error: unknown = await readPolicyDirectory(join(directory, name)).catch((thrown: unknown) => thrown);
      return (error as Error).message.replaceAll(`${directory}/`, '');
    };
    await Promise.all(['latin', 'large', 'odd'].map((name) => mkdir(join(directory, name))));
    await write('latin/shop.yaml', Buffer.from([0x61, 0xe4]));
    await write('large/shop.yaml', 'x'.repeat(65_537));
    await mkdir(join(directory, 'odd/shop.yaml'));
    expect(await refusal('latin')).toBe('"latin/shop.yaml" cannot be read: it is not UTF-8');
    expect(await refusal('large')).toBe(
      '"large/shop.yaml" cannot be read: it has 65537 bytes, a policy file has at most 65536',
    );
    expect(await refusal('odd')).toBe('"odd/shop.yaml" cannot be read: it is not a file');
    expect(await refusal('none')).toBe('the policy directory "none" cannot be read: it does not exist');
    await expect(readPolicyDirectory(join(directory, 'none'))).rejects.toMatchObject({ cause: { code: 'ENOENT' } });
    expect(await refusal('large/shop.yaml')).toBe(
      'the policy directory "large/shop.yaml" cannot be read: it is not a directory',
    );
  });

  it('takes a file that is just small enough', async () => {
    await write('shop.yaml', 'x'.repeat(65_536));
    expect(await readPolicyDirectory(directory)).toEqual([{ file: 'shop.yaml', text: 'x'.repeat(65_536) }]);
  });

  it('says of a directory that it may not read whose right is missing', async () => {
    const locked = join(directory, 'locked');
    await mkdir(locked, { mode: 0o000 });
    await expect(asAnybody(() => readPolicyDirectory(join(locked, 'policies')))).rejects.toThrow(
      `the policy directory "${locked}/policies" cannot be read: this user may not read it`,
    );
  });

  it('lets others have the thread after every sixteen files, and reads them all', async () => {
    const names = Array.from({ length: 32 }, (_, at) => `p${10 + at}.yaml`);
    await Promise.all(names.map((name) => write(name, name)));
    let pauses = 0;
    const breathe = (): undefined => {
      pauses += 1;
    };
    const { documents } = await readDeployed(directory, { breathe, commitFile: undefined });
    expect(documents).toEqual(names.map((name) => ({ file: name, text: name })));
    expect(pauses).toBe(2);
  });
});

describe('the commit of a directory', () => {
  const read = (commitFile: string | undefined) => readDeployed(directory, { breathe: () => undefined, commitFile });
  const COMMIT = '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12';

  it.each(['', '\n', '\r\n'])('is read beside the policies, with %j behind it or not', async (end) => {
    await write('shop.yaml', 'a: b\n');
    await write('.commit', `${COMMIT}${end}`);
    expect(await read('.commit')).toEqual({ documents: [{ file: 'shop.yaml', text: 'a: b\n' }], commit: COMMIT });
    expect((await read(undefined)).commit).toBeUndefined();
  });

  it('is of the same side of a switch as the policies', async () => {
    await mkdir(join(directory, 'one'));
    await write('one/.commit', COMMIT);
    await symlink('one', join(directory, 'current'));
    const deployed = await readDeployed(join(directory, 'current'), {
      breathe: () => undefined,
      commitFile: '.commit',
    });
    expect(deployed.commit).toBe(COMMIT);
  });

  it.each([
    ['main\n', 'is not the id of a commit'],
    [COMMIT.slice(1), 'is not the id of a commit'],
    [COMMIT.toUpperCase(), 'is not the id of a commit'],
    [`${COMMIT}\n${COMMIT}\n`, 'is not the id of a commit'],
    [undefined, 'cannot be read'],
  ])('that is %j is refused, and who writes it is said', async (text, words) => {
    if (text !== undefined) await write('.commit', text);
    await expect(read('.commit')).rejects.toThrow(words);
    await expect(read('.commit')).rejects.toThrow('whoever deploys the policies writes it, by `git rev-parse HEAD`');
  });
});

/** Root may read everything. */
async function asAnybody<T>(run: () => Promise<T>): Promise<T> {
  const user = process.geteuid?.();
  if (user === 0) process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    if (user === 0) process.seteuid?.(0);
  }
}
