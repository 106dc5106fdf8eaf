// What a condition wants, in words of a bounded length: a list of a thousand branches must not make an answer too long to send.
import type { Condition } from '../model.ts';
import { anyOf, shortened } from '../schema-problems.ts';

const MAX_EXPECTED = 512;

/** `remedy` is an instruction to the author of the workflow. */
export function wanting(
  key: string,
  values: readonly string[],
  remedy: string,
): Pick<Condition, 'key' | 'expected' | 'remedy' | 'code'> {
  return { key, expected: shortened(anyOf(values), MAX_EXPECTED), remedy, code: 'POLICY_NO_MATCH' };
}
