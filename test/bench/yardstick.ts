// What the machine itself takes at the moment, between the asks of a measurement and as rarely as they come: one signature by an RSA
// key of 2048 bits, and 64 KiB that are durable. A figure means little without: neighbours on the same hardware can double both.
import { generateKeyPairSync, sign } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';

const BYTES = Buffer.alloc(64 * 1024, 'a');

export class Yardstick {
  readonly #key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  readonly #directory = mkdtempSync(join(tmpdir(), 'buildpass-bench-'));
  readonly #file = openSync(join(this.#directory, 'durable'), 'w');
  readonly #signing: number[] = [];
  readonly #writing: number[] = [];

  take(): void {
    const began = performance.now();
    sign('sha256', BYTES.subarray(0, 600), this.#key);
    const signed = performance.now();
    writeSync(this.#file, BYTES, 0, BYTES.length, 0);
    fsyncSync(this.#file);
    this.#signing.push(signed - began);
    this.#writing.push(performance.now() - signed);
  }

  /** Medians, in words. */
  read(): string {
    const [signing, writing] = [this.#signing, this.#writing].map((values) => median(values).toFixed(2));
    return `the machine meanwhile: ${signing} ms for an RS256 signature, ${writing} ms to write 64 KiB and sync`;
  }

  close(): void {
    closeSync(this.#file);
    rmSync(this.#directory, { recursive: true });
  }
}
