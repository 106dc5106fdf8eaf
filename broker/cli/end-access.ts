// What ends access, by the running broker or on the store where none runs: the same entry and the same answer, and beside it what no
// broker can do yet.
import type { Paused, Revocation } from '../../shared/access-api.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { endingActs } from '../open/access.ts';
import { openKeysInStore } from '../open/keys.ts';
import type { InForce } from '../policy/in-force-source.ts';
import { loadPolicy, type PolicySet } from '../policy/load-policy.ts';
import type { Store } from '../store/store.ts';
import type { Target } from './access-target.ts';
import { askControl, understood } from './ask-control.ts';
import { askOrAtRest, withStoreAtRest } from './at-rest.ts';
import { policyContextOf } from './policy-commands.ts';

export interface EndingAsked {
  readonly of: Target;
  readonly reason: string;
  readonly revoke?: boolean;
}

interface Ending<T> {
  readonly config: Config;
  readonly body: EndingAsked;
  readonly warn: (line: string) => void;
  readonly schema: { safeParse(value: unknown): { data?: T | undefined } };
}

const OTHERWISE =
  ' Somebody has it all the same: a broker that starts or stops, one whose path is too long for a socket, or another command. Ask again; people of security can do it over HTTP';

export function pauseAccess(ending: Ending<Paused>): Promise<Paused> {
  return endAccess('POST /pauses', ending, ({ says, revocation, ...answer }, told) => ({
    ...answer,
    ...(revocation === undefined ? {} : { revocation: untilItRuns(revocation) }),
    says: [...says, 'No broker runs on this store: the next start begins paused.', ...told],
  }));
}

export function revokeAccess(ending: Ending<Revocation>): Promise<Revocation> {
  return endAccess('POST /revocations', ending, (answer, told) => {
    const { says, ...order } = untilItRuns(answer);
    return { ...order, says: [...says, ...told] };
  });
}

/** What is on record, and waits for a broker. */
function untilItRuns(order: Revocation): Revocation {
  const { finished, credentials, says } = order;
  if (finished && credentials.to_be_revoked === 0) return order;
  const waits = 'No broker runs on this store: the next start goes on with the order, and revokes nothing before.';
  return { ...order, says: [...says, waits] };
}

function endAccess<T>(
  asked: keyof ReturnType<typeof endingActs>,
  { config, body, warn, schema }: Ending<T>,
  atRest: (answer: T, told: readonly string[]) => T,
): Promise<T> {
  const { path } = config.store;
  return askOrAtRest(path, {
    ask: async () => understood(schema, await askControl(path, asked, { body, otherwise: OTHERWISE })),
    atRest: () =>
      withStoreAtRest(config, { openKeys: openKeysInStore, warn }, async (opened) => {
        const named = nameIn(body.of);
        const policies = named === undefined ? undefined : await policiesInForce(opened.store, config);
        const acts = endingActs({ ...opened, policies: known(policies), clock: systemClock });
        const isCompared = named === undefined || policies !== undefined;
        return atRest(understood(schema, await acts[asked](body)), isCompared ? [] : [notCompared(named)]);
      }),
  });
}

/** Of what only the policies know. */
const nameIn = (of: Target): string | undefined =>
  of.scope === 'project' || of.scope === 'entitlement' ? of.target : undefined;

/** Undefined where they do not load, which may be why no broker runs. */
async function policiesInForce(store: Store, config: Config): Promise<PolicySet | undefined> {
  const documents = await store.read(async (tx) =>
    tx.policies.documentsOf((await tx.policies.inForce())?.digest ?? ''),
  );
  const loaded = loadPolicy(documents, policyContextOf(config));
  return loaded.ok ? loaded.policies : undefined;
}

const known =
  (policies: PolicySet | undefined): InForce =>
  async () => {
    if (policies === undefined) throw new Error('the policies in force do not load');
    return policies;
  };

/** A slip in a name must not look like something that was done. */
const notCompared = (name: string): string =>
  `The policies in force do not load here, so the name "${name}" was compared with nothing: look at it again.`;
