// Codes that people compare or type: eight letters in two halves, without vowels and without signs that are taken for each other
// (RFC 8628 §6.1). 34 bits: enough for what is good for minutes and whose guesses are counted.

const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const CHARACTERS = 8;

/** @param bytes eight or more; that some letters come a little more often than others costs a hundredth of a bit */
export function shortCode(bytes: Uint8Array): string {
  const letters = Array.from(bytes.subarray(0, CHARACTERS), (byte) => LETTERS[byte % LETTERS.length]).join('');
  return `${letters.slice(0, CHARACTERS / 2)}-${letters.slice(CHARACTERS / 2)}`;
}

/** A code as somebody typed it, in its one spelling; undefined for what can be none. */
export function readShortCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '');
  if (letters.length !== CHARACTERS || [...letters].some((letter) => !LETTERS.includes(letter))) return undefined;
  return `${letters.slice(0, CHARACTERS / 2)}-${letters.slice(CHARACTERS / 2)}`;
}
