// Entries about decoys: what an operator has shown to another system, to see how it says no (docs/decisions/0028). They are no issuance.
import { z } from 'zod';
import { DECOY_OUTCOMES } from '../decoy.ts';

const decoy = { decoy_id: z.string(), project: z.string(), entitlement: z.string() };

export const DECOY_ENTRIES = {
  'decoy.started': z.strictObject({
    ...{ ...decoy, kind: z.string(), policy_digest: z.string().regex(/^[0-9a-f]{64}$/) },
    ...{ system: z.string(), target: z.string(), audience: z.string() },
    by: z.literal('operator'),
  }),
  'decoy.ended': z.strictObject({
    ...decoy,
    outcome: z.enum(DECOY_OUTCOMES),
    may_live_until: z.iso
      .datetime({ precision: 3 })
      .optional()
      .describe(
        'Where the other side gave something for it, or may have, that was not ended: when that has died at the latest. Nobody was handed it.',
      ),
  }),
} as const;
