// Entries about people's accounts, and what every entry about an order of theirs has: who gave it, and how they showed who they are.
import { z } from 'zod';

export const id = z.string();
export const time = z.iso.datetime({ precision: 3 });
export const stepUp = z.enum(['none', 'passkey', 'provider']);
/** Who ends or gives back access: a person of security, by their principal, or the operator at the machine. */
export const order = {
  target: z.string(),
  project: z.string().optional(),
  by: z.enum(['security', 'operator']),
  principal: id.optional(),
  step_up: stepUp,
};

export const PEOPLE_ENTRIES = {
  'identity.linked': z.strictObject({ principal: id, provider: z.string(), merged_principal: id.optional() }),
  'passkey.registered': z.strictObject({
    ...{ principal: id, passkey_id: id, backed_up: z.boolean(), after_reset: z.boolean().optional() },
  }),
  'passkey.removed': z.strictObject({ principal: id, passkey_id: id }),
  // A person let a command line read what they may read, until then at the latest.
  'command_line.allowed': z.strictObject({ principal: id, session_id: id, step_up: stepUp, ends_at: time }),
  // Before its time. Where a reset, a pause or linking ends all sessions of the person there is none: that entry says so.
  'command_line.ended': z.strictObject({
    ...{ principal: id, session_id: id, by: z.enum(['command-line', 'page', 'sign-out-everywhere']) },
  }),
  // Two who are not that person agree; then there is an hour to register one.
  'passkey.reset_proposed': z.strictObject({ ...order, ends_at: time }),
  'passkey.reset': z.strictObject({ ...order, passkeys: z.array(id), sessions: z.int(), register_by: time }),
} as const;
