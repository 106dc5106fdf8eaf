// `passkeys reset`: one of the two who give somebody a way back that lost their passkeys, over the socket of the running broker.
import { passkeyResetSchema } from '../../shared/access-api.ts';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { slipIn } from '../../shared/target-forms.ts';
import { loadConfig } from '../config.ts';
import { REASON, reasonOf } from './access-target.ts';
import { askControl, understood } from './ask-control.ts';
import { type Command, UsageError } from './command.ts';

export const command: Command = {
  name: 'passkeys reset',
  summary: 'propose to remove the passkeys of somebody who lost them, or confirm what security proposed',
  usage: 'passkeys reset PRINCIPAL --reason TEXT',
  about:
    'Takes two within an hour: the operator at the machine, who is whoever may use the socket <store>.sock, counts as one of them, and a person of security who is signed in is the other; or two of security, over POST /v1/passkey-resets. Then all passkeys of that person are removed and all their sessions ended, and they have an hour to sign in anew and register one. Their own page, /me, says which principal they are. Exits 0 once they are removed, and 1 while a second person still has to confirm.',
  examples: ['buildpass passkeys reset prn_… --reason "phone stolen, INC-12; called back on the number we have"'],
  options: { reason: REASON },
  maxPositionals: 1,
  async run(context) {
    const [principal = ''] = context.positionals;
    const slip = slipIn('principal', principal);
    if (slip !== undefined) throw new UsageError(`"${principal}" ${slip}`);
    const body = { principal, reason: reasonOf(context) };
    const { store } = await loadConfig(context.configFile);
    const reset = understood(passkeyResetSchema, await askControl(store.path, 'POST /passkeys/reset', { body }));
    if (context.json) context.io.out(inertJson(reset));
    else for (const line of reset.says) context.io.out(inertLine(line));
    return reset.outcome === 'reset' ? 0 : 1;
  },
};
