// What a condition wants, in words of a bounded length: a list of a thousand branches must not make an answer too long to send.
import type { Condition } from '../model.ts';
import { anyOf, shortened } from '../shapes/schema-problems.ts';

const MAX_EXPECTED = 512;

/** What a condition asks and, where it does not hold, shows. */
type Asking = Pick<Condition, 'holds' | 'got'> & { readonly code?: Condition['code'] };

/** `remedy` is an instruction to the author of the workflow. In one literal, which takes least memory. */
export function wanting(
  key: string,
  { values, remedy, holds, got, code = 'POLICY_NO_MATCH' }: Asking & { values: readonly string[]; remedy: string },
): Condition {
  return { key, expected: expectedOf(values), remedy, code, holds, got };
}

export const expectedOf = (values: readonly string[]): string => shortened(anyOf(values), MAX_EXPECTED);
