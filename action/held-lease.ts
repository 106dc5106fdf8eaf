// The lease of a use as the main step keeps it for the post step, in the state that the runner carries from one to the other.
import { z } from 'zod';
import { isSecureUrl } from '../shared/secure-url.ts';
import { ActionFailure } from './action-failure.ts';
import { json } from './broker-answer.ts';
import type { Job } from './job.ts';

/** In the place of a time: the end of a value that has none. */
export const NEVER = 'never';

/** What the post step needs to give the lease back. */
const heldLeaseSchema = z.object({
  broker: z.string().refine(isSecureUrl),
  leaseId: z.string(),
  requestSecret: z.string(),
  /** ISO 8601, or NEVER; absent where the credential was not accepted, and so was never handed on */
  expiresAt: z.string().optional(),
  /** where what it was traded for may live on (shared/afterlife.ts) */
  kind: z.string().optional(),
  /** those that the post step removes */
  files: z.array(z.string()).readonly().optional(),
});
export type HeldLease = Readonly<z.infer<typeof heldLeaseSchema>>;

const LEASE_STATE = 'lease';

export function keepLease({ toolkit }: Job, lease: HeldLease): void {
  toolkit.saveState(LEASE_STATE, JSON.stringify(lease));
}

/** @throws ActionFailure that quotes nothing of a state it can't read: a secret stands in it, and is not masked yet */
export function heldLease({ toolkit }: Job): HeldLease | undefined {
  const state = toolkit.getState(LEASE_STATE);
  if (state === '') return undefined;
  const lease = heldLeaseSchema.safeParse(json({ text: state })).data;
  if (lease !== undefined) return lease;
  throw new ActionFailure(
    'The lease of this step could not be returned',
    'What the main step kept of it (STATE_lease) is garbled. The lease ends by itself.',
  );
}
