// What `doctor` has a running broker do over the control socket: show a decoy.
import { z } from 'zod';
import { SCOPE_FORM } from '../../shared/api.ts';
import type { ControlActs } from '../control-socket.ts';
import { DECOY_OUTCOMES } from '../decoy.ts';
import { type DecoyAnswer, type DecoyDeps, showDecoy } from '../issuance/decoys.ts';
import { isoTime } from '../log/entry.ts';

const askedSchema = z.strictObject({ entitlement: z.string().regex(SCOPE_FORM) });

const notShown = z.strictObject({ outcome: z.literal('not-shown'), found: z.string() });
const shown = z.strictObject({
  id: z.string(),
  ...{ system: z.string(), target: z.string(), audience: z.string() },
  outcome: z.enum(DECOY_OUTCOMES),
  found: z.string(),
  next: z.string().optional(),
  lives_until: z.iso.datetime().optional(),
});
export const decoySchema = z.union([notShown, shown]);
export type DecoyShown = z.output<typeof decoySchema>;

export const decoyActs = (deps: DecoyDeps): ControlActs => ({
  async 'POST /decoys'(sent) {
    const [, project = '', entitlement = ''] = SCOPE_FORM.exec(askedSchema.parse(sent).entitlement) ?? [];
    return wireOf(await showDecoy(deps, { project, entitlement }));
  },
});

function wireOf(answer: DecoyAnswer): DecoyShown {
  if (answer.outcome === 'not-shown') return answer;
  const { livesUntil, ...rest } = answer;
  return { ...rest, ...(livesUntil === undefined ? {} : { lives_until: isoTime(livesUntil) }) };
}
