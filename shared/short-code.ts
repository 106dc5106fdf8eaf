// Codes that people compare or type: eight letters in two halves, without vowels and without signs that are taken for each other
// (RFC 8628 §6.1). 34 bits: enough for what is good for minutes and whose guesses are counted.

const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const FORM = new RegExp(`^[${LETTERS}]{8}$`);

/** @param bytes eight or more; that some letters come a little more often than others costs a hundredth of a bit */
export function shortCode(bytes: Uint8Array): string {
  return inHalves(Array.from(bytes.subarray(0, 8), (byte) => LETTERS[byte % LETTERS.length]).join(''));
}

/** A code as somebody typed it, in its one spelling; undefined for what can be none. */
export function readShortCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '');
  return FORM.test(letters) ? inHalves(letters) : undefined;
}

const inHalves = (letters: string): string => `${letters.slice(0, 4)}-${letters.slice(4)}`;
