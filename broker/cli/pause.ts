// `pause` and `resume`: the kill switch, over the socket of the running broker. `pause` works where none runs, too.
import { pausedSchema, resumedSchema } from '../../shared/access-api.ts';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { type Config, loadConfig } from '../config.ts';
import { REASON, reasonOf, targetOf, targetOptions } from './access-target.ts';
import { askControl, understood } from './ask-control.ts';
import { type Command, UsageError } from './command.ts';
import { pauseAccess } from './end-access.ts';

const SCOPES = ['project', 'entitlement', 'principal'] as const;

export const pauseCommand: Command = {
  name: 'pause',
  summary: 'issue nothing any more: of everything, a project, an entitlement, or for a person',
  usage: 'pause [--project P | --entitlement P/E | --principal ID] [--revoke] --reason TEXT',
  about:
    'From the moment that it answers nothing is issued for what is paused, also where it was permitted or approved before; without a selector that is everything. Jobs get 503 while everything is paused, and otherwise a refusal with the code SUSPENDED and the reason. What was issued before still works: --revoke ends that too. A restart keeps the pause. Asks over the socket <store>.sock, so it works while sign-in, GitHub and the policies do not; where no broker runs it works on the store, and the next start begins paused.',
  examples: [
    'buildpass pause --reason "runner image compromised, INC-7" --revoke',
    'buildpass pause --entitlement shop/deploy-production --reason "under attack"',
  ],
  options: {
    ...targetOptions(SCOPES),
    everything: { type: 'boolean', about: 'everything, which is also meant where nothing is named' },
    revoke: { type: 'boolean', about: 'end every live lease of it too, as `revoke` does' },
    reason: REASON,
  },
  async run(context) {
    const of = targetOf(context, SCOPES) ?? { scope: 'everything' };
    const body = { of, reason: reasonOf(context), revoke: context.flag('revoke') };
    const config = await loadConfig(context.configFile);
    const { pause, revocation, says } = await pauseAccess({ config, body, warn: context.io.err, schema: pausedSchema });
    if (context.json) context.io.out(inertJson({ pause, revocation, says }));
    else
      for (const line of [`Pause ${pause.id}.`, ...says, ...(revocation?.says ?? [])]) context.io.out(inertLine(line));
    return 0;
  },
};

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'propose to lift a pause, or confirm what somebody of security proposed',
  usage: 'resume ID --reason TEXT',
  about:
    'To resume needs two, within an hour. The operator at the machine, who is whoever may use the socket <store>.sock, counts as one of them, and somebody of security who is signed in is the other. Only where no sign-in is configured the operator resumes alone, and the log says so. Exits 0 once it is resumed, and 1 while a second person still has to confirm. `leases list` says what is paused.',
  examples: ['buildpass resume pau_… --reason "image rebuilt and checked"'],
  options: { reason: REASON },
  maxPositionals: 1,
  async run(context) {
    const [id = ''] = context.positionals;
    if (!/^pau_[\w-]{1,60}$/.test(id))
      throw new UsageError(`"${id}" is no id of a pause: it begins with pau_; \`leases list\` says what is paused`);
    const body = { id, reason: reasonOf(context) };
    const { store, signIn } = await loadConfig(context.configFile);
    const otherwise = ` Nothing is issued while it is stopped, and its pauses are kept: start it, then resume${confirming(signIn)}`;
    const answer = await askControl(store.path, 'POST /pauses/resume', { body, otherwise });
    const resumed = understood(resumedSchema, answer);
    if (context.json) context.io.out(inertJson(resumed));
    else for (const line of resumed.says) context.io.out(inertLine(line));
    return resumed.outcome === 'resumed' ? 0 : 1;
  },
};

/** Whoever has to start a broker first should not learn only then that it takes somebody else, too. */
const confirming = (signIn: Config['signIn']): string =>
  signIn.length === 0 ? '' : ', which somebody of security, who signs in, has to confirm within an hour';
