// A log that one key signs and always will, as the checkpointer is told of it.
import type { KeyObject } from 'node:crypto';
import type { CheckpointerOptions } from '../../broker/log/checkpointer.ts';

export function signedBy(privateKey: KeyObject): Pick<CheckpointerOptions, 'signers' | 'openSigners'> {
  const signers = [{ id: 'the-only-one', privateKey }];
  return { signers, openSigners: async () => signers };
}
