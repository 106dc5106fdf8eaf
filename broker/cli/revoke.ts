// `revoke`: ends every live lease of a selector at once, over the socket of the running broker, or on the store where none runs.

import { revocationSchema } from '../../shared/access-api.ts';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { loadConfig } from '../config.ts';
import { anyOf } from '../shapes/schema-problems.ts';
import { REASON, reasonOf, TARGETED, targetOf, targetOptions } from './access-target.ts';
import { type Command, UsageError } from './command.ts';
import { revokeAccess } from './end-access.ts';

export const command: Command = {
  name: 'revoke',
  summary: 'end every live lease of a selector at once, and revoke what can be revoked',
  usage: `revoke (${TARGETED.map((scope) => `--${scope} …`).join(' | ')} | --everything) --reason TEXT`,
  about:
    'Every live lease that the selector names ends at once, on record with the reason. A credential that another system can revoke is revoked there, and tried again until it succeeds or the credential has died; any other lives until its own end, and the answer says when that is: nothing is called revoked that nobody confirmed. `leases list` with the same selector says beforehand what that is. What is being made at that moment is handed to nobody. What is asked for afterwards is not stopped: `pause` does that. Asks over the socket <store>.sock, so it works while sign-in, GitHub and the policies do not; where no broker runs it works on the store: leases end on record, and the next start revokes. Exits 0 also where no lease was live.',
  examples: [
    'buildpass revoke --lease lse_… --reason "printed in a log"',
    'buildpass revoke --called-workflow acme/actions/.github/workflows/deploy.yml@refs/tags/v3 --reason "tag was moved"',
    'buildpass revoke --everything --reason "runner image compromised, INC-7" --json',
  ],
  options: {
    ...targetOptions(TARGETED),
    everything: { type: 'boolean', about: 'every live lease of this broker' },
    reason: REASON,
  },
  async run(context) {
    const [of, reason] = [targetOf(context, TARGETED), reasonOf(context)];
    if (of === undefined)
      throw new UsageError(`what is to be revoked? ${anyOf([...TARGETED, 'everything'].map((name) => `--${name}`))}`);
    const config = await loadConfig(context.configFile);
    const body = { of, reason };
    const revocation = await revokeAccess({ config, body, warn: context.io.err, schema: revocationSchema });
    if (context.json) context.io.out(inertJson(revocation));
    else for (const line of [`Order ${revocation.id}.`, ...revocation.says]) context.io.out(inertLine(line));
    return 0;
  },
};
