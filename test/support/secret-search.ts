// Looks for secrets where none may be: twelve characters of one in a row are found, in the clear or in any of the spellings
// that hide it from a reader but not from a thief. It finds what it was given; a test of its own shows that it does.

/** A part of a secret as long as this is a leak. Chance brings as much about once in 10^14 places. */
const TELLING = 12;
/** Claims are no secret, and a long one comes back alike in a receipt; a whole row of them in one piece is the token. */
const TELLING_OF_CLAIMS = 160;

export class SecretSearch {
  /** each telling part, and whose it is */
  readonly #parts = new Map<string, string>();
  readonly #claims = new Map<string, string>();
  readonly #names = new Set<string>();

  /** What the secrets are called. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /** A secret as text or as bytes; what is base64url counts decoded too. */
  add(name: string, secret: string | Uint8Array): void {
    this.#names.add(name);
    const bytes = Buffer.from(secret as string);
    for (const one of [bytes, ...decoded(secret)])
      for (const form of formsOf(one))
        for (let at = 0; at + TELLING <= form.length; at += 1) this.#parts.set(form.slice(at, at + TELLING), name);
  }

  /** A signed token: its signature is the secret; header and payload are read by everybody, but never kept as they are. */
  addToken(name: string, token: string): void {
    const [header = '', payload = '', signature = ''] = token.split('.');
    this.add(name, signature);
    this.#claims.set(header, `the header of ${name}`);
    for (const start of [0, 1, 2].map((third) => Math.floor((third * (payload.length - TELLING_OF_CLAIMS)) / 2)))
      this.#claims.set(payload.slice(start, start + TELLING_OF_CLAIMS), `the payload of ${name}`);
  }

  /** The names of all secrets of which a part is in a text or in bytes; none in `delivered`, which may hold them. */
  find(where: string | Uint8Array, delivered: readonly string[] = []): string[] {
    const text = delivered.reduce(
      (rest, credential) => rest.replaceAll(credential, ' '),
      typeof where === 'string' ? where : Buffer.from(where).toString('latin1'),
    );
    const found = new Set<string>();
    for (let at = 0; at + TELLING <= text.length; at += 1) {
      const name = this.#parts.get(text.slice(at, at + TELLING));
      if (name !== undefined) found.add(name);
    }
    for (const [claims, name] of this.#claims) if (text.includes(claims)) found.add(name);
    return [...found];
  }
}

function decoded(secret: string | Uint8Array): Buffer[] {
  if (typeof secret !== 'string' || !/^[\w-]{16,}=*$/.test(secret)) return [];
  return [Buffer.from(secret, 'base64url')];
}

/** In the clear, in base64 and base64url wherever it may begin in a group of three bytes, in hex, and percent-encoded. */
function formsOf(bytes: Buffer): Set<string> {
  const text = bytes.toString('latin1');
  const hex = bytes.toString('hex');
  const percent = hex.replace(/../g, '%$&');
  const shifted = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before), bytes]));
  // The first and the last character hold bits of whatever stands beside the secret.
  const base64 = (['base64', 'base64url'] as const).flatMap((encoding) =>
    shifted.map((one) => one.toString(encoding).replace(/=+$/, '').slice(4, -1)),
  );
  return new Set([text, ...base64, hex, hex.toUpperCase(), percent, percent.toUpperCase(), encodeURIComponent(text)]);
}
