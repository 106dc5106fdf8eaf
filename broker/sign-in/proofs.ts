// What the providers of a session said, as its row keeps it: who the person is there, which teams, when that was, and the token
// to ask again with, sealed for this session alone.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Millis } from '../clock.ts';
import type { SealingKey } from '../keys/seal.ts';
import type { KnownPerson, Proven } from './provider.ts';

const proofsSchema = z.record(
  z.string(),
  z.strictObject({
    id: z.string(),
    teams: z.array(z.string()),
    asked_at: z.number(),
    token: z.strictObject({ sealed: z.string(), expires_at: z.number() }).optional(),
  }),
);

/** By name of the sign-in provider. */
export type Proofs = z.infer<typeof proofsSchema>;

export const parseProofs = (text: string): Proofs => proofsSchema.parse(JSON.parse(text));

export interface ProofSealer {
  keep(proven: Proven, at: { sessionId: string; provider: string; now: Millis }): Proofs[string];
  known(proof: Proofs[string], at: { sessionId: string; provider: string }): KnownPerson;
}

export function createProofSealer(key: SealingKey): ProofSealer {
  const context = ({ sessionId, provider }: { sessionId: string; provider: string }): string =>
    `token of ${provider} in ${sessionId}`;
  return {
    keep({ providerId, teams, token }, at) {
      const kept = { id: providerId, teams: [...teams], asked_at: at.now };
      if (token === undefined) return kept;
      return { ...kept, token: { sealed: key.seal(token.value, context(at)), expires_at: token.expiresAt } };
    },
    known({ id, teams, asked_at: askedAt, token }, at) {
      const opened =
        token === undefined ? undefined : { value: key.open(token.sealed, context(at)), expiresAt: token.expires_at };
      return { providerId: id, teams, askedAt, token: opened };
    },
  };
}

/** SHA-256 (hex) of a token of ours: what the store knows it by. */
export const hashToken = (token: string): string => new Secret(token).fingerprint();
