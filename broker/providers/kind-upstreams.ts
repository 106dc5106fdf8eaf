// The kinds that come from an upstream of the configuration: `vault-secret` and `kubernetes`. A policy names the upstream, never
// its address.
import { z } from 'zod';
import { OUR_OUTPUTS } from '../../shared/action-outputs.ts';
import { name, text } from '../policy/forms.ts';
import { defineKind, type Kind } from './kind-definition.ts';
import { audience } from './kind-jwt.ts';

const upstreamName = text(/^[a-z0-9-]{1,40}$/, 'the name of an upstream of the configuration');

// A secret under a name of ours would pass for something else in the job.
const outputName = name.refine(
  (value) => !OUR_OUTPUTS.includes(value),
  'is an output that the action writes itself: choose another name',
);

const SEGMENT = '[A-Za-z0-9_.-]+';
const PATH = new RegExp(`^(?!.*(^|/)\\.{1,2}(/|$))${SEGMENT}(/${SEGMENT})*$`);

export const vaultSecretKind: Kind = defineKind({
  kind: 'vault-secret',
  // Vault's own longest lease, unless it was configured longer, is 32 days.
  lifetime: { min: 60, max: 2_764_800 },
  revocation: 'immediate',
  static: true,
  gives: ({ values, path, upstream }) => `${Object.keys(values).join(', ')} from ${path} of ${upstream}`,
  power: () => ({ points: 8, sentence: 'it is a secret of somebody else, who may give it to others too.' }),
  parameters: z.strictObject({
    upstream: upstreamName,
    role: text(/^[\w.-]{1,128}$/, 'the name of a role of the vault'),
    path: text(PATH, 'a path such as kv/data/shop, without .. and wildcards'),
    values: z
      .record(outputName, text(/^[^\p{Cc}]{1,128}$/u, 'the name of a field of the secret'))
      .refine(
        (values) => Object.keys(values).length > 0,
        'is empty: nothing would be handed out; write { output: field }',
      ),
  }),
  upstream: { kind: 'vault', named: ({ upstream }) => upstream },
  reach: [
    { parameter: 'upstream', offer: 'upstreams', compare: 'whole', values: ({ upstream }) => [upstream] },
    { parameter: 'role', offer: 'roles', compare: 'pattern', values: ({ role }) => [role] },
    { parameter: 'path', offer: 'paths', compare: 'pattern', values: ({ path }) => [path] },
  ],
});

export const kubernetesKind: Kind = defineKind({
  kind: 'kubernetes',
  // Our own JWT, which the API server checks by itself.
  lifetime: { min: 60, max: 86_400 },
  revocation: 'at-expiry',
  gives: ({ namespace, upstream }) => `access to the namespace ${namespace} of ${upstream}`,
  power: () => ({ points: 10, sentence: 'it can do whatever the cluster lets it do in its namespace.' }),
  parameters: z.strictObject({
    upstream: upstreamName,
    audience,
    namespace: text(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'the name of a namespace'),
  }),
  upstream: { kind: 'kubernetes', named: ({ upstream }) => upstream },
  reach: [
    { parameter: 'upstream', offer: 'upstreams', compare: 'whole', values: ({ upstream }) => [upstream] },
    { parameter: 'audience', offer: 'audiences', compare: 'whole', values: ({ audience: one }) => [one] },
    { parameter: 'namespace', offer: 'namespaces', compare: 'pattern', values: ({ namespace }) => [namespace] },
  ],
});
