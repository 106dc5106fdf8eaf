import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatAnchor, parseAnchor } from '../../shared/anchor.ts';
import { openCheckpoint, parseTreeHead, signCheckpoint } from '../../shared/checkpoint.ts';
import { formatVerifierKey, parseVerifierKey, signNote } from '../../shared/signed-note.ts';

const origin = 'buildpass.example.com/log';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const verifierKey = formatVerifierKey(origin, publicKey);
const head = { origin, size: 7, root: Buffer.alloc(32, 9) };
const rootText = head.root.toString('base64');

describe('an anchor', () => {
  it('is a verifier key, an empty line and a checkpoint of that key', () => {
    const checkpoint = signCheckpoint(head, privateKey);
    const text = formatAnchor({ verifierKey, checkpoint });
    expect(text).toBe(`${verifierKey}\n\n${checkpoint}`);
    expect(parseAnchor(text)).toEqual({ verifierKey, checkpoint, head });
  });

  it('of an empty log has no checkpoint yet', () => {
    expect(parseAnchor(formatAnchor({ verifierKey, checkpoint: '' }))).toEqual({
      ...{ verifierKey, checkpoint: '', head: undefined },
    });
  });

  it('without an empty line is none', () => {
    expect(() => parseAnchor(verifierKey)).toThrow('an anchor file is a verifier key, an empty line and a checkpoint');
  });

  it('whose checkpoint another key signed is none', () => {
    const checkpoint = signCheckpoint(head, generateKeyPairSync('ed25519').privateKey);
    expect(() => parseAnchor(formatAnchor({ verifierKey, checkpoint }))).toThrow('no signature of a known key');
  });
});

describe('a checkpoint', () => {
  it('is origin, size and root hash, a line each, signed by the key of that origin', () => {
    const note = signCheckpoint(head, privateKey);
    expect(note.startsWith(`${origin}\n7\n${rootText}\n\n— ${origin} `)).toBe(true);
    expect(openCheckpoint(note, [parseVerifierKey(verifierKey)])).toEqual(head);
  });

  it('is not that of another log, though a known key signed it', () => {
    const note = signNote(`other.example/log\n7\n${rootText}\n`, origin, privateKey);
    expect(() => openCheckpoint(note, [parseVerifierKey(verifierKey)])).toThrow('no signature of a known key');
  });

  it('may have further lines, which mean nothing here', () => {
    expect(parseTreeHead(`${origin}\n0\n${rootText}\nmore\n`)).toEqual({ ...head, size: 0 });
  });

  it.each(['', '07', '+7', '7 ', '-1', '0.5', '1e3', '9007199254740992', 'x', 'NaN', 'Infinity'])(
    'with %j for a size is none',
    (size) => {
      expect(() => parseTreeHead(`${origin}\n${size}\n${rootText}\n`)).toThrow(
        'the checkpoint has no valid origin and tree size',
      );
    },
  );

  it('without an origin is none', () => {
    for (const text of ['', `\n7\n${rootText}\n`])
      expect(() => parseTreeHead(text)).toThrow('the checkpoint has no valid origin and tree size');
  });

  it.each([
    '',
    'AAAA',
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
    // 32 bytes leave two bits over in the character before `=`.
    `${'A'.repeat(42)}B=`,
    `${'A'.repeat(43)}`,
  ])('with %j for a root is none', (root) => {
    expect(() => parseTreeHead(`${origin}\n7\n${root}\n`)).toThrow('the checkpoint has no valid root hash');
  });

  it('without a root is none', () => {
    expect(() => parseTreeHead(`${origin}\n7`)).toThrow('the checkpoint has no valid root hash');
  });
});
