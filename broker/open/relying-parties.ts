// The relying parties of a start: who may ask what became of a token, by a secret that each has in a file.
import { createHash, timingSafeEqual } from 'node:crypto';
import { Secret } from '../../shared/secret.ts';
import { readSecretFile } from '../config/files.ts';
import type { Config } from '../config.ts';
import { StartRefused } from '../errors.ts';
import type { AudienceOfParty } from '../http/oauth-routes.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Nothing slows down guessing here but the length of what is guessed. */
const SHORTEST_SECRET = 32;
const MAKE = 'make one: openssl rand -hex 32';

/** @throws StartRefused where a secret file is missing or its secret too short */
export async function openRelyingParties(
  { relyingParties }: Pick<Config, 'relyingParties'>,
  logger: Logger,
): Promise<AudienceOfParty> {
  const parties = new Map<string, { digest: Buffer; audience: string }>();
  for (const { name, audience, secretFile } of relyingParties) {
    const secret = (await readSecretFile(secretFile, MAKE)).trim();
    if (secret.length < SHORTEST_SECRET)
      throw new StartRefused(`${secretFile}: is shorter than ${SHORTEST_SECRET} characters: ${MAKE}`);
    logger.hide(new Secret(secret), { always: true });
    parties.set(name, { digest: sha256(secret), audience });
  }
  return (name, secret) => {
    const party = parties.get(name);
    return party !== undefined && timingSafeEqual(party.digest, sha256(secret)) ? party.audience : undefined;
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
