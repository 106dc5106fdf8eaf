import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatVerifierKey, openNote, parseVerifierKey, signNote } from '../../shared/signed-note.ts';

const NAME = 'buildpass.example.com/log';
const pair = generateKeyPairSync('ed25519');
const verifier = parseVerifierKey(formatVerifierKey(NAME, pair.publicKey));
const stranger = generateKeyPairSync('ed25519');

// The example of https://c2sp.org/signed-note.
const KNOWN_KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const KNOWN_NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

describe('signed notes', () => {
  it('opens what it signed', () => {
    expect(openNote(signNote('text\n', NAME, pair.privateKey), [verifier])).toBe('text\n');
  });

  it('may carry signatures of several keys, a line each, and opens for each of them', () => {
    const other = parseVerifierKey(formatVerifierKey(NAME, stranger.publicKey));
    const note = signNote('text\n', NAME, pair.privateKey, stranger.privateKey);
    expect(note.replace(/ \S+$/gm, '')).toBe(`text\n\n${`— ${NAME}\n`.repeat(2)}`);
    for (const verifiers of [[verifier], [other], [verifier, other]]) expect(openNote(note, verifiers)).toBe('text\n');
  });

  it('reads a verifier key of the specification and knows its parts', () => {
    expect(parseVerifierKey(KNOWN_KEY)).toMatchObject({ name: 'example.com/foo', keyId: '530d903a' });
  });

  it('refuses a changed text', () => {
    const note = signNote('text\n', NAME, pair.privateKey).replace('text', 'test');
    expect(() => openNote(note, [verifier])).toThrow('the signature of buildpass.example.com/log');
  });

  it('ignores signatures of unknown keys, and wants one of a known key', () => {
    const foreign = signNote('text\n', 'other.example/log', stranger.privateKey);
    const both = signNote('text\n', NAME, pair.privateKey) + foreign.split('\n\n')[1];
    expect(openNote(both, [verifier])).toBe('text\n');
    expect(() => openNote(foreign, [verifier])).toThrow('no signature of a known key');
  });

  it.each(['AAAAAAAA', 'AAAAAAAAAA==', 'AAAAAAA='])('ignores a foreign signature of any length: %s', (signature) => {
    const note = `${signNote('text\n', NAME, pair.privateKey)}— other ${signature}\n`;
    expect(openNote(note, [verifier])).toBe('text\n');
  });

  it.each([
    '— other AAAA',
    '— other AAAAAA==',
    'x— other AAAAAAAA',
    '— other AAAAAAAA x',
    '— AAAAAAAA',
    '— a+b AAAAAAAA',
    '',
  ])('refuses a note with the line %j', (line) => {
    const note = `${signNote('text\n', NAME, pair.privateKey)}${line}\n`;
    expect(() => openNote(note, [verifier])).toThrow('a signature line of the note is malformed');
  });

  it('takes 64 Ki characters for a note, and no more', () => {
    const signed = (length: number): string => {
      const rest = signNote('\n', NAME, pair.privateKey).length - 1;
      return signNote(`${'x'.repeat(length - rest - 1)}\n`, NAME, pair.privateKey);
    };
    expect(signed(65_536)).toHaveLength(65_536);
    expect(() => openNote(signed(65_536), [verifier])).not.toThrow();
    expect(() => openNote(signed(65_537), [verifier])).toThrow('this is not a signed note');
  });

  it('says which key did not sign', () => {
    const note = signNote('text\n', NAME, pair.privateKey).replace('text', 'test');
    expect(() => openNote(note, [verifier])).toThrow(`the signature of ${NAME}+${verifier.keyId} does not verify`);
  });

  it('refuses a note whose known key signed wrongly, whatever others signed', () => {
    const forged = signNote('text\n', NAME, pair.privateKey).replace(/.{6}\n$/, 'AAAA==\n');
    expect(() => openNote(forged, [verifier])).toThrow();
  });

  it('has one spelling: bits that decode to nothing are none of it', () => {
    const note = signNote('text\n', NAME, pair.privateKey);
    // 68 bytes leave two bits over in the character before the last `=`.
    const [, before = '', last = ''] = /^(.*)(.)=\n$/s.exec(note) ?? [];
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const other = `${before}${alphabet[alphabet.indexOf(last) + 1]}=\n`;
    expect(openNote(note, [verifier])).toBe('text\n');
    expect(() => openNote(other, [verifier])).toThrow('a signature line of the note is malformed');
  });

  it.each(['', 'no signature\n', 'te\u0001xt\n\n— n AAAAAAAA\n', 'text\n\n— n AAAAAAAA'])(
    'refuses %j as a note',
    (text) => {
      expect(() => openNote(text, [verifier])).toThrow('this is not a signed note');
    },
  );

  it('does not take our key under another name for ours', () => {
    const note = signNote('text\n', NAME, pair.privateKey).replace(`— ${NAME} `, '— other.example/log ');
    expect(() => openNote(note, [verifier])).toThrow('the note carries no signature of a known key');
  });

  it.each([
    '',
    'name',
    'name+00000000+AAAA',
    ` ${KNOWN_KEY}`,
    `${KNOWN_KEY} `,
    KNOWN_KEY.replace('+530d903a', '+530D903A'),
    // Another algorithm than Ed25519.
    `name+00000000+${Buffer.alloc(33, 2).toString('base64')}`,
    `name+00000000+${Buffer.alloc(34, 1).toString('base64')}`,
  ])('refuses %j as a verifier key', (text) => {
    expect(() => parseVerifierKey(text)).toThrow(
      `"${text}" is not a verifier key: expected <name>+<8 hex digits>+<base64 of an Ed25519 key>`,
    );
  });

  it.each([KNOWN_KEY.replace('530d903a', '530d903b'), KNOWN_KEY.replace('foo', 'bar')])(
    'refuses %s, whose key id is that of another name or key',
    (text) => {
      expect(() => parseVerifierKey(text)).toThrow(`the key id in "${text}" does not belong to its name and key`);
    },
  );

  it('opens the example note of the specification with its key', () => {
    expect(openNote(KNOWN_NOTE, [parseVerifierKey(KNOWN_KEY)])).toBe('This is an example message.\n');
  });
});
