import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatAnchor, parseAnchor } from '../../shared/anchor.ts';
import { openCheckpoint, signCheckpoint } from '../../shared/checkpoint.ts';
import { formatVerifierKey, parseVerifierKey } from '../../shared/signed-note.ts';

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
});
