// What commands may have a running broker do, over the socket beside its store.
import { z } from 'zod';
import type { Config } from '../config.ts';
import { type ControlSocket, controlSocketOf, openControlSocket } from '../control-socket.ts';
import { BrokerError } from '../errors.ts';
import type { DecoyDeps } from '../issuance/decoys.ts';
import type { Rotation } from '../rotation/rotation.ts';
import { type AccessDeps, accessActs } from './access.ts';
import { decoyActs } from './decoys.ts';
import { type OpenPolicies, sayReloaded } from './policies.ts';

export interface Controlled extends AccessDeps, DecoyDeps {
  readonly reload: OpenPolicies['reload'];
  readonly rotation: Rotation;
}

export function openControl({ store }: Config, controlled: Controlled): Promise<ControlSocket> {
  const { reload, rotation, logger } = controlled;
  const acts = {
    'POST /policy/reload': async () => sayReloaded(logger, await reload()),
    ...accessActs(controlled),
    ...decoyActs(controlled),
    'POST /keys/rotate': (asked: unknown) => rotateAsAsked(rotation, asked),
  };
  return openControlSocket(controlSocketOf(store.path), acts, logger);
}

const asked = z.union([
  z.strictObject({ algorithms: z.array(z.enum(['ES256', 'RS256', 'EdDSA'])).min(1) }),
  z.strictObject({ compromised: z.string().max(100), reason: z.string().min(1).max(500) }),
]);
export type RotationAsked = z.output<typeof asked>;

/** What is asked of the keys, of a running broker or of a store at rest; a refusal is an answer. */
export async function rotateAsAsked(rotation: Rotation, body: unknown): Promise<object> {
  const what = asked.parse(body);
  try {
    if ('algorithms' in what) return { outcome: 'next', keys: (await rotation.next(what.algorithms)).map(publicRow) };
    return {
      outcome: 'withdrawn',
      ...shortened(await rotation.withdraw({ keyId: what.compromised, reason: what.reason })),
    };
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'NOT_FOUND') return { outcome: 'refused', why: error.message };
    throw error;
  }
}

type Rows = Awaited<ReturnType<Rotation['next']>>;
type Withdrawn = Awaited<ReturnType<Rotation['withdraw']>>;

const publicRow = ({ sealed_private_key: _, ...row }: Rows[number]) => row;

/** An answer has room for so many; each of them is an entry of the log. */
const MOST_LEASES = 2_000;
const shortened = ({ leases, ...of }: Withdrawn) => ({
  ...of,
  count: leases.length,
  leases: leases.slice(0, MOST_LEASES),
});
