// A value that must never be written by accident: printing, logging, interpolating or serialising it shows "[secret]".
// `reveal()` is the only way to the value; in the broker `sendToken` alone calls it to send a credential (promise P6),
// `sealed-answer` to seal one, and the logger to know what to hide.
import { createHash } from 'node:crypto';

const HIDDEN = '[secret]';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  /** How many characters the value has. */
  get length(): number {
    return this.#value.length;
  }

  /** Lower-case hex SHA-256 of the value: what the log keeps instead of it. */
  fingerprint(): string {
    return createHash('sha256').update(this.#value).digest('hex');
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN;
  }
}
