// What commands over the control socket do to access: end leases, pause and resume issuing, reset lost passkeys. Whoever may open
// the socket is the operator at the machine, and so is who has the store while no broker runs; none of it asks a sign-in provider,
// GitHub or another system for anything.
import { z } from 'zod';
import {
  type PasskeyReset,
  type Paused,
  passkeyResetBodySchema,
  pauseBodySchema,
  type Resumed,
  type Revocation,
  resumeBodySchema,
  revocationBodySchema,
} from '../../shared/access-api.ts';
import type { ControlActs } from '../control-socket.ts';
import type { FaceDeps } from '../face.ts';
import { pausedAnswer, resumedAnswer, revocationAnswer } from '../issuance/access-answers.ts';
import { OPERATOR } from '../issuance/ordered-by.ts';
import { pause, resume } from '../issuance/pauses.ts';
import { type OrderDeps, orderRevocation } from '../issuance/revocation-orders.ts';
import { checkOrSay } from '../shapes/schema-problems.ts';
import { resetAnswer } from '../sign-in/passkey-reset-answer.ts';
import { resetPasskeys } from '../sign-in/passkey-resets.ts';

type EndingDeps = OrderDeps & Pick<FaceDeps, 'clock'>;
export type AccessDeps = EndingDeps & Pick<FaceDeps, 'people' | 'noticeChannels'>;

/** What needs the store and nothing else, so that it can be done while no broker runs. */
export const endingActs = (deps: EndingDeps) => ({
  'POST /revocations': (sent: unknown) => revoke(deps, sent),
  'POST /pauses': (sent: unknown) => pauseAccess(deps, sent),
});

export const accessActs = (deps: AccessDeps): ControlActs => ({
  ...endingActs(deps),
  'POST /pauses/resume': (sent) => resumeAccess(deps, sent),
  'POST /passkeys/reset': (sent) => reset(deps, sent),
});

async function revoke(deps: EndingDeps, sent: unknown): Promise<Revocation> {
  const { of, reason } = read(revocationBodySchema, sent);
  const target = 'target' in of ? of.target : '';
  return revocationAnswer(
    await orderRevocation(deps, { scope: of.scope, target, reason, by: OPERATOR }),
    deps.clock.now(),
  );
}

async function pauseAccess(deps: EndingDeps, sent: unknown): Promise<Paused> {
  const { of, reason, revoke: andRevoke } = read(pauseBodySchema, sent);
  const target = 'target' in of ? of.target : '';
  return pausedAnswer(deps, await pause(deps, { scope: of.scope, target, reason, by: OPERATOR, revoke: andRevoke }));
}

const resumingSchema = resumeBodySchema.extend({ id: z.string().max(100) });

async function resumeAccess(deps: AccessDeps, sent: unknown): Promise<Resumed> {
  const { id, reason } = read(resumingSchema, sent);
  // Where nobody can sign in there is no second person to ask.
  const nobodyElse = deps.people.providers.size === 0;
  return resumedAnswer(deps, await resume(deps, { id, reason, by: OPERATOR, nobodyElse }));
}

async function reset(deps: AccessDeps, sent: unknown): Promise<PasskeyReset> {
  const { principal: target, reason } = read(passkeyResetBodySchema, sent);
  return resetAnswer(await resetPasskeys(deps, { target, reason, by: OPERATOR }));
}

function read<T>(schema: z.ZodType<T>, sent: unknown): T {
  const checked = checkOrSay(schema, sent);
  if (checked.ok) return checked.value;
  throw new Error(`what was sent is not as it must be: ${checked.first}`);
}
