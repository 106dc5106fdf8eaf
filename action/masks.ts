// The forms of a secret value that the runner must hide. It looks for exact text only: a line, a part of a JWT or an
// encoding that is printed alone would pass if just the whole value were masked.

/** Shorter pieces would blot out ordinary words of the log without hiding anything. */
const SHORTEST_PIECE = 6;
const JWT_FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** The value itself, each line of it, each segment of a JWT, its JSON text and its base64 forms; nothing twice. */
export function maskForms(value: string): string[] {
  const pieces = [
    ...value.split(/\r\n|\r|\n/u).map((line) => line.trim()),
    ...(JWT_FORM.test(value) ? value.split('.') : []),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value, 'utf8').toString('base64'),
    Buffer.from(value, 'utf8').toString('base64url'),
  ];
  const forms = [value, ...pieces.filter((piece) => piece.length >= SHORTEST_PIECE)];
  return [...new Set(forms)].filter((form) => form.trim() !== '');
}
