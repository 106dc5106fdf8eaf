// Has a running broker show a decoy, as `doctor` does.
import { askControl } from '../../broker/cli/ask-control.ts';
import type { DecoyShown } from '../../broker/open/decoys.ts';
import type { TestBroker } from './test-broker.ts';

/** `sub` of the decoy of `shop/deploy`. */
export const DECOY = 'project:shop:entitlement:deploy:doctor';

export const showDecoy = async (
  { config }: Pick<TestBroker, 'config'>,
  entitlement = 'shop/deploy',
): Promise<DecoyShown> =>
  (await askControl(config.store.path, 'POST /decoys', { body: { entitlement } })) as DecoyShown;
