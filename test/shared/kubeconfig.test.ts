import { expect, test } from 'vitest';
import { readCredential } from '../../shared/issued-credential.ts';
import { kubeconfigOf } from '../../shared/kubeconfig.ts';
import { answerOf, VALUES } from '../support/kind-answers.ts';

const configOf = (details: Readonly<Record<string, string | undefined>> = {}) => {
  const credential = readCredential(answerOf('kubernetes', { details }) as never);
  return kubeconfigOf(credential as Parameters<typeof kubeconfigOf>[0]);
};

test('a kubeconfig has one context, named for cluster and namespace', () => {
  expect(configOf({ certificate_authority_data: undefined })).toBe(
    `${JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'cluster-eu', cluster: { server: 'https://cluster-eu.example.com:6443' } }],
        users: [{ name: 'cluster-eu/payments', user: { token: VALUES.kubernetes['token'] } }],
        contexts: [
          {
            name: 'cluster-eu/payments',
            context: { cluster: 'cluster-eu', namespace: 'payments', user: 'cluster-eu/payments' },
          },
        ],
        'current-context': 'cluster-eu/payments',
      },
      null,
      2,
    )}\n`,
  );
});

test('it trusts the authority that the answer names, and no other', () => {
  const { details } = answerOf('kubernetes');
  expect(JSON.parse(configOf()).clusters[0].cluster).toEqual({
    server: 'https://cluster-eu.example.com:6443',
    'certificate-authority-data': details['certificate_authority_data'],
  });
});
