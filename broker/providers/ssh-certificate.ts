// When an OpenSSH certificate ends: the one thing that a vault does not say beside it. Undefined for whatever is none, or has no end.
import type { Millis } from '../clock.ts';

/** How many fields of its public key stand between the nonce and the serial number (OpenSSH, PROTOCOL.certkeys). */
const KEY_FIELDS: ReadonlyMap<string, number> = new Map([
  ['ssh-ed25519-cert-v01@openssh.com', 1],
  ['ssh-rsa-cert-v01@openssh.com', 2],
  ['ecdsa-sha2-nistp256-cert-v01@openssh.com', 2],
  ['ecdsa-sha2-nistp384-cert-v01@openssh.com', 2],
  ['ecdsa-sha2-nistp521-cert-v01@openssh.com', 2],
]);

/** Past it a Number is no date any more; "for ever" is the largest number there is. */
const LATEST_SECONDS = 8_640_000_000_000n;

export function sshCertificateEnd(line: string): Millis | undefined {
  const [type = '', blob = ''] = line.trim().split(/ +/);
  const keyFields = KEY_FIELDS.get(type);
  if (keyFields === undefined) return undefined;
  const bytes = Buffer.from(blob, 'base64');
  try {
    // type, nonce and key; serial number (8 bytes) and kind (4); key id and principals; valid after (8), valid before (8)
    const serial = skipStrings(bytes, 0, 2 + keyFields);
    const validAfter = skipStrings(bytes, serial + 12, 2);
    const seconds = bytes.readBigUInt64BE(validAfter + 8);
    return seconds < LATEST_SECONDS ? Number(seconds) * 1000 : undefined;
  } catch {
    // Shorter than it says: no certificate.
    return undefined;
  }
}

function skipStrings(bytes: Buffer, from: number, count: number): number {
  let at = from;
  for (let left = count; left > 0; left -= 1) at += 4 + bytes.readUInt32BE(at);
  return at;
}
