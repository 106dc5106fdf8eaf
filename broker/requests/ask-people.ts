// An ask that people must agree to: recorded as pending, the same answer while it is, and why not once it ended without a credential.
import { REQUEST_SECRET_BYTES } from '../../shared/api.ts';
import { Secret } from '../../shared/secret.ts';
import { whyVoid } from '../approvals/approval-desk.ts';
import { type Ending, endApproval } from '../approvals/endings.ts';
import { saidOn } from '../approvals/said.ts';
import type { NeedsApproval, Reason } from '../model.ts';
import { shortened } from '../shapes/schema-problems.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { Transaction } from '../store/store.ts';
import { type AskContext, hashRequestSecret, type KnownRequest } from './ask-context.ts';
import type { DecideDeps, Pending, Refused } from './decided.ts';
import { recordPending } from './record.ts';

interface Asked {
  readonly context: AskContext;
  readonly decision: NeedsApproval;
}

/** Opens a request for people to decide. Without a secret the job could never come back for it: one is made then. */
export async function askPeople(deps: DecideDeps, tx: Transaction, { context, decision }: Asked): Promise<Pending> {
  const made = context.secretHash === null ? newSecret(deps) : undefined;
  const secretHash = made === undefined ? context.secretHash : hashRequestSecret(made);
  const { row, approval } = await recordPending(deps, tx, { context: { ...context, secretHash }, decision });
  return pending(tx, { requestId: row.id, approval, requestSecret: made });
}

/** The same request while people decide: the same answer, unless what it needs is no longer what they were asked. */
export async function askAgain(
  deps: DecideDeps,
  tx: Transaction,
  asked: Asked & { known: KnownRequest },
): Promise<Pending | Omit<Refused, 'disclosure'>> {
  const { known } = asked;
  const approval = await tx.approvals.ofRequest(known.id);
  if (approval === undefined) return askPeople(deps, tx, asked);
  const because = await whyVoid(tx, approval, asked);
  if (because !== undefined) return ended(deps, tx, { known, approval, ending: { state: 'void', because } });
  if (tx.now >= approval.expires_at) return ended(deps, tx, { known, approval, ending: { state: 'expired' } });
  return pending(tx, { requestId: known.id, approval, requestSecret: undefined });
}

interface Ended {
  readonly known: KnownRequest;
  readonly approval: ApprovalRow;
  readonly ending: Ending;
}

async function ended(
  deps: DecideDeps,
  tx: Transaction,
  { known, approval, ending }: Ended,
): Promise<Omit<Refused, 'disclosure'>> {
  await endApproval(deps, tx, { row: approval, ...ending });
  return endedRefusal(tx, { ...known, state: ending.state });
}

/** Why a request that people were asked about ended without a credential; how much of it a caller may see is the caller's to say. */
export async function endedRefusal(tx: Transaction, known: KnownRequest): Promise<Omit<Refused, 'disclosure'>> {
  const scope = `${known.project}/${known.entitlement}`;
  const said = (await saidOn(tx, known.id)).find(({ verdict }) => verdict === 'reject')?.reason;
  const { code, message } = ENDED[known.state as keyof typeof ENDED](scope, said);
  const reasons: Reason[] = [{ code, message }];
  return { outcome: 'refused', requestId: known.id, summary: message, reasons };
}

type Why = Pick<Reason, 'code' | 'message'>;

const ENDED: Readonly<Record<'rejected' | 'expired' | 'withdrawn' | 'void', (scope: string, said?: string) => Why>> = {
  rejected: (scope, said) => ({
    code: 'APPROVAL_REJECTED',
    message: `${scope} was not approved${said === undefined ? '' : ` ("${shortened(said, 256)}")`}: talk to who decided, and ask anew with a new request_secret.`,
  }),
  expired: (scope) => ({
    code: 'APPROVAL_EXPIRED',
    message: `Nobody approved ${scope} in time: tell the approvers, and ask anew with a new request_secret.`,
  }),
  withdrawn: (scope) => ({
    code: 'WITHDRAWN',
    message: `This request for ${scope} was withdrawn: ask anew with a new request_secret if it is still needed.`,
  }),
  void: (scope) => ({
    code: 'APPROVAL_VOID',
    message: `What was asked for ${scope} is no longer what people were shown, because its policy changed: ask anew with a new request_secret.`,
  }),
};

/** Of an approval that is not past its end. */
function pending(
  tx: Transaction,
  answer: { requestId: string; approval: ApprovalRow; requestSecret: Secret | undefined },
): Pending {
  const { requestId, approval, requestSecret } = answer;
  const expiresIn = Math.floor((approval.expires_at - tx.now) / 1000);
  return { outcome: 'pending', requestId, requestSecret, expiresIn };
}

const newSecret = ({ entropy }: DecideDeps): Secret =>
  new Secret(entropy.bytes(REQUEST_SECRET_BYTES).toString('base64url'));
