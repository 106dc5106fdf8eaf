// Entries of what is loaded: which documents are kept, which came into force, which were refused. Part of entry.ts.
import { z } from 'zod';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const sentences = z.array(z.string().max(500)).max(21);

export const POLICY_ENTRIES = {
  // Of a large set, what it has new is kept ahead of it; in force it comes by `policy.changed` and `organization.changed` alone.
  'policy.staged': z.strictObject({
    set_digest: digest,
    documents: z.array(z.strictObject({ file: z.string(), digest, project: z.string().nullable() })),
  }),
  'policy.changed': z.strictObject({
    project: z.string(),
    file: z.string(),
    policy_digest: digest.nullable(),
    previous_digest: digest.nullable(),
    set_digest: digest,
  }),
  'policy.refused': z.strictObject({
    set_digest: digest.nullable(),
    findings: z.array(
      z.strictObject({ file: z.string(), line: z.int(), column: z.int(), key: z.string(), message: z.string() }),
    ),
  }),
  'organization.changed': z.strictObject({
    file: z.string(),
    organization_digest: digest,
    previous_digest: digest.nullable(),
    set_digest: digest,
    // What it comes to, in sentences: each list is left out where there is nothing to say, and all are of a first one.
    loosened: sentences.optional(),
    tightened: sentences.optional(),
    otherwise: sentences.optional(),
  }),
} as const;
