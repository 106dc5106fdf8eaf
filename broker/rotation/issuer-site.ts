// What relying parties find at `issuer`: at the broker itself, or at a static site that somebody uploads to. A key that is not
// there verifies nothing, whatever the broker thinks of it.
import { createPublicKey } from 'node:crypto';
import type { KeySet } from '../keys/key-set.ts';
import { thumbprint } from '../keys/signing-keys.ts';
import { fetchJson, type UpstreamFetch } from '../upstream/fetch.ts';

export interface IssuerSite {
  /** for people, and for the log */
  readonly issuer: string;
  /** whether somebody has to upload there what `keys publish` writes */
  readonly isStatic: boolean;
  /**
   * The ids of the keys that are there.
   * @throws Error where nobody can tell
   */
  look(): Promise<ReadonlySet<string>>;
}

/** The broker serves the keys itself. */
export const ownSite = (issuer: string, keySet: () => KeySet): IssuerSite => ({
  issuer,
  isStatic: false,
  look: async () => new Set(keySet().keys.map(({ kid }) => String(kid))),
});

const LIMITS = { timeout: 5_000, maxBytes: 100 * 1024 };

export const staticSite = (issuer: string, ask: UpstreamFetch): IssuerSite => ({
  issuer,
  isStatic: true,
  async look() {
    // As a relying party does it: the document first, which must speak for this issuer.
    const about = await readJson(ask, `${issuer}/.well-known/openid-configuration`);
    const jwks = `${issuer}/.well-known/jwks.json`;
    if (about['issuer'] !== issuer || about['jwks_uri'] !== jwks)
      throw new Error(`${issuer}/.well-known/openid-configuration is not the one that \`keys publish\` writes`);
    const { keys } = await readJson(ask, jwks);
    if (!Array.isArray(keys)) throw new Error(`${jwks} has no list of keys`);
    return new Set(keys.flatMap(keyIdOf));
  },
});

async function readJson(ask: UpstreamFetch, url: string): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = JSON.parse(Buffer.from(await fetchJson(ask, url, LIMITS)).toString('utf8'));
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new Error(`${url} holds no object`);
}

/** By the key itself: a `kid` beside another key would be no use to anybody. */
function keyIdOf(jwk: unknown): string[] {
  try {
    const id = thumbprint(createPublicKey({ key: jwk as never, format: 'jwk' }));
    return (jwk as { kid?: unknown }).kid === id ? [id] : [];
  } catch {
    return [];
  }
}
