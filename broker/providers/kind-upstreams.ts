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

/** Of the vault itself: whoever could name them would read the broker's own token, or change how the vault is set up. */
const secretPath = text(PATH, 'a path such as kv/data/shop, without .. and wildcards').refine(
  (path) => !/^(sys|auth)(\/|$)/.test(path),
  'is of the vault itself, and no secret is kept there: name the path of a secret',
);

const MOST_PARAMETERS = 20;
/** The broker says how long, so that a job gets what was granted and no more. */
const OUR_REQUEST = ['ttl', 'not_after'];
const requestName = text(/^[a-z][a-z0-9_]{0,63}$/, 'the name of a parameter of the vault, such as common_name').refine(
  (one) => !OUR_REQUEST.includes(one),
  'is set by the broker, to the `ttl` of the entitlement or what a job asks for within it: take it out',
);
const request = z
  .record(requestName, text(/^[^\p{Cc}]{1,900}$/u, 'text on one line, at most 900 characters'))
  .refine(
    (all) => Object.keys(all).length > 0,
    'is empty, and the broker would send a request that says nothing: name a parameter, or leave the key out to read',
  )
  .refine((all) => Object.keys(all).length <= MOST_PARAMETERS, `names more than ${MOST_PARAMETERS} parameters`);

type Request = Readonly<Record<string, string>>;

const inWords = (all: Request): string =>
  Object.entries(all)
    .map(([one, value]) => `${one}=${value}`)
    .join(', ');

/**
 * Each as offers compare it. A vault takes commas for a list of names or principals: as one text, `root,shop-web` would pass for
 * what `shop-*` offers, by its end or by its beginning.
 */
const asOffered = (all: Request = {}): readonly string[] =>
  Object.entries(all).flatMap(([one, value]) => value.split(',').map((item) => `${one}=${item.trim()}`));

export const vaultSecretKind: Kind = defineKind({
  kind: 'vault-secret',
  // Vault's own longest lease, unless it was configured longer, is 32 days.
  lifetime: { min: 60, max: 2_764_800 },
  revocation: 'immediate',
  static: true,
  makes: ({ request: asked }) => asked !== undefined,
  gives: ({ values, path, upstream, request: asked }) =>
    `${Object.keys(values).join(', ')} from ${path} of ${upstream}${asked === undefined ? '' : `, made for ${inWords(asked)}`}`,
  power: () => ({ points: 8, sentence: 'it is a secret of somebody else, who may give it to others too.' }),
  parameters: z.strictObject({
    upstream: upstreamName,
    role: text(/^[\w.-]{1,128}$/, 'the name of a role of the vault'),
    path: secretPath,
    request: request
      .optional()
      .describe(
        'Where something is made for the job, such as a certificate: what is sent by POST. Left out, the path is read.',
      ),
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
    // A name in a certificate is reach, and a POST can write: none without an offer, and each parameter within the same one.
    {
      parameter: 'request',
      offer: 'requests',
      compare: 'pattern',
      leftOut: 'nothing',
      values: ({ request: asked }) => asOffered(asked),
    },
  ],
});

/** An API server that is set up by flags alone takes nothing else. */
export const CLUSTER_ALGORITHM = 'RS256';

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
