import { describe, expect, it } from 'vitest';
import { suggest } from '../../../broker/shapes/suggest.ts';

describe('suggest', () => {
  it('finds the word that was meant', () => {
    expect(suggest('evnet', ['branch', 'event'])).toBe('event');
    expect(suggest('x', ['branch', 'event'])).toBeUndefined();
  });

  it('guesses at no word of more than 64 characters: the work would grow with its square', () => {
    const word = 'a'.repeat(64);
    expect(suggest(word, [`${word}b`])).toBe(`${word}b`);
    expect(suggest(`${word}a`, [`${word}b`])).toBeUndefined();
  });
});
