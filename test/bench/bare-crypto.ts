// The two signature operations that no issuance can do without, and nothing else: RS256 verified, ES256 signed, by OpenSSL on one
// thread. What an issuance costs is set against this.
import { generateKeyPairSync, sign, verify } from 'node:crypto';

const ROUNDS = 2_000;
const TOKEN_BYTES = 1_800;

/** Microseconds of CPU for one of each. */
export function bareCryptoMicros(): number {
  const issuer = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const token = Buffer.alloc(TOKEN_BYTES, 'a');
  const signature = sign('sha256', token, issuer.privateKey);
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round += 1) {
    verify('sha256', token, issuer.publicKey, signature);
    sign('sha256', token, own.privateKey);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ROUNDS;
}
