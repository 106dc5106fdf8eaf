// Outputs of the action: those that there are, and the names that a value of a vault may take beside them.
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { isVaultOutput, OUR_OUTPUTS } from '../../shared/action-outputs.ts';
import { readSource } from '../support/source-tree.ts';

test('our outputs are those that action.yml describes', () => {
  const { outputs } = parse(readSource('action.yml')) as { outputs: Readonly<Record<string, unknown>> };
  expect([...OUR_OUTPUTS].sort()).toEqual(Object.keys(outputs).sort());
});

test.for(['npm-token', '0', 'a'.repeat(40)])('a value of a vault may be called %s', (name) => {
  expect(isVaultOutput(name)).toBe(true);
});

test.for(['', 'Npm', 'a_b', ' a', 'a\n', 'é', 'a'.repeat(41), 'token', 'receipt', 'kubeconfig'])(
  'a value of a vault may not be called %j',
  (name) => {
    expect(isVaultOutput(name)).toBe(false);
  },
);
