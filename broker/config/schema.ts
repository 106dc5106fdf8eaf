// Every key of buildpass.yaml, what it means and what it may hold: the one list that the loader, its suggestions and
// docs/configuration.md are made from. A key marked `later` is read and checked, and said at start to have no effect yet.
import { z } from 'zod';
import { isAddressOrNetwork } from './addresses.ts';
import { address, caFile, file, privateNetwork, secretFile, text, vaultPath } from './forms.ts';
import { keys } from './schema-keys.ts';
import { notification } from './schema-notify.ts';
import { keptIn } from './schema-policies.ts';
import { issuerUrlProblem, oidcIssuerProblem, originProblem } from './urls.ts';

const NAME = /^[a-z0-9-]{1,40}$/;
const TEAM = /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/;
const HOST_AND_PORT = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/;
const RATE = /^[1-9][0-9]{0,8}\/[smhd]$/;

/** Marks a key whose part of the broker is not built yet. */
const later = { later: true };

const named = <T extends z.ZodType>(value: T) =>
  z.record(z.string().regex(NAME, 'a name is made of a-z, 0-9 and -, at most 40 characters'), value);
const teams = (description: string) =>
  z.array(z.string().regex(TEAM, 'a team is written organization/team')).min(1).describe(description);

const listen = z.strictObject({
  host: text('Address to listen on.').default('127.0.0.1'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('Port to listen on; 0 lets the system choose, and the broker says which.'),
  'trusted-proxies': z
    .array(
      z
        .string()
        .refine(isAddressOrNetwork, 'must be an address or a network, like 10.0.3.7 or 10.0.3.0/24')
        .describe('An address or a network.'),
    )
    .min(1)
    .optional()
    .describe(
      'Addresses or networks of the proxies whose `X-Forwarded-For` is believed, hop by hop from the right. Nobody else is: left out, the address of the connection counts.',
    ),
  admin: z
    .string()
    .regex(HOST_AND_PORT, 'must be host:port, like 127.0.0.1:9090')
    .optional()
    .describe(
      '`host:port` of a second listener, for `/metrics` and the detailed `/readyz`. It only reads and asks for no password: keep it where only monitoring gets to. Left out, there is none.',
    ),
});

const OWNER_ID = 'must be the id of the owner in quotes, digits only and no zero before them, like "1001"';

const issuer = z.strictObject({
  kind: z
    .literal('github')
    .describe('What signs the tokens: `github` is GitHub Actions, on github.com, ghe.com or GitHub Enterprise Server.'),
  url: address(issuerUrlProblem, 'The exact `iss` of its tokens.'),
  owners: z
    .record(text('owner'), z.string().regex(/^[1-9][0-9]{0,19}$/, OWNER_ID))
    .refine(
      (owners) => Object.keys(owners).length > 0,
      'names no owner: anybody could ask; write { name: "repository_owner_id" }',
    )
    .superRefine((owners, context) => {
      const names = new Map<string, string>();
      for (const name of Object.keys(owners)) {
        // GitHub tells no two owners apart by their letters' case: one of the two ids would silently win.
        const first = names.get(name.toLowerCase());
        if (first === undefined) names.set(name.toLowerCase(), name);
        else
          context.addIssue({
            code: 'custom',
            path: [name],
            message: `"${name}" is the same owner as "${first}": keep one of them`,
          });
      }
    })
    .describe(
      'Owners whose repositories may ask: name to `repository_owner_id`. Jobs of all others are refused before any policy is read.',
    ),
  'private-network': privateNetwork,
  'ca-file': caFile,
});

const upstream = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('vault').describe('What answers there: `vault` is HashiCorp Vault or OpenBao.'),
    url: address(issuerUrlProblem, 'Its address.'),
    audience: text('Audience of the token that the broker presents there: its own, that no other system takes.'),
    'auth-mount': vaultPath('For `vault`: where its JWT auth method is mounted.').default('jwt'),
    namespace: vaultPath('For `vault`: the namespace that is asked, where it has namespaces.').optional(),
    'private-network': privateNetwork,
    'ca-file': caFile,
  }),
  z.strictObject({
    kind: z.literal('kubernetes').describe('`kubernetes` is the API server of a cluster.'),
    url: address(issuerUrlProblem, 'Its address.'),
    audience: text('Audience of the tokens that it takes: its own, that no other system takes.'),
    'private-network': privateNetwork,
    'ca-file': caFile,
  }),
]);

const network = { 'private-network': privateNetwork, 'ca-file': caFile };

const clouds = z.strictObject({
  aws: z
    .strictObject({
      'sts-url': address(
        issuerUrlProblem,
        'Address of STS, such as that of a VPC endpoint. Left out, it is that of the region of the entitlement.',
      ).optional(),
      ...network,
    })
    .prefault({})
    .describe('AWS, for `aws-role`.'),
  google: z
    .strictObject({
      'sts-url': address(issuerUrlProblem, 'Address of the Security Token Service.').default(
        'https://sts.googleapis.com',
      ),
      'iam-credentials-url': address(issuerUrlProblem, 'Address of the Service Account Credentials API.').default(
        'https://iamcredentials.googleapis.com',
      ),
      ...network,
    })
    .prefault({})
    .describe('Google Cloud, for `gcp-service-account` and `gcp-credentials-file`, whose jobs are sent there too.'),
  azure: z
    .strictObject({
      'login-url': address(issuerUrlProblem, 'Address of Microsoft Entra ID; national clouds have their own.').default(
        'https://login.microsoftonline.com',
      ),
      ...network,
    })
    .prefault({})
    .describe('Azure, for `azure-app`.'),
});

const app = {
  'app-id': text('Id of the GitHub App, in quotes; its client id does as well.'),
  'private-key-file': secretFile('PEM file of the private key of the App.'),
};

const github = z.strictObject({
  'api-url': address(issuerUrlProblem, 'Address of the API.').default('https://api.github.com'),
  ...app,
  'private-network': privateNetwork,
  'ca-file': caFile,
  'webhook-secret-file': secretFile('Secret that GitHub signs webhooks with.').optional().meta(later),
  'token-app': z
    .strictObject(app)
    .optional()
    .describe(
      'Another App for the tokens handed to jobs, so that a noisy job cannot use up the rate limit of the questions of the broker. Left out, the one above makes them too.',
    ),
});

const client = {
  title: text('What the button says. Left out, it is the name.').optional(),
  'client-id': text('Client id at the provider.'),
  'client-secret-file': secretFile('Client secret.'),
  'private-network': privateNetwork,
  'ca-file': caFile,
};

const signIn = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('github').describe('`github`: a GitHub App of yours, on github.com or on your own GitHub.'),
    issuer: z
      .string()
      .regex(NAME)
      .optional()
      .describe(
        'For `github`: name of the issuer, in `issuers`, whose jobs have the same account ids. Left out, it is the only one of github.com. For `oidc`: the exact issuer of the provider.',
      ),
    url: address(issuerUrlProblem, 'For `github`: where people sign in.').default('https://github.com'),
    'api-url': address(issuerUrlProblem, 'For `github`: address of the API.').default('https://api.github.com'),
    ...client,
  }),
  z.strictObject({
    kind: z.literal('oidc').describe('`oidc`: any provider of OpenID Connect.'),
    issuer: address(oidcIssuerProblem, ''),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/, 'must be a scope, without spaces'))
      .min(1)
      .default(['openid', 'profile'])
      .describe('For `oidc`: what is asked for; `openid` is always.'),
    'groups-claim': text('For `oidc`: the claim that lists the ids of the groups of a person.').default('groups'),
    ...client,
  }),
]);

export const configSchema = z.strictObject({
  url: address(
    originProblem,
    'Public origin of the broker, without a path: the only audience accepted from jobs, and where people go. It stays for the life of a store: the log is named after it.',
  ),
  issuer: address(
    originProblem,
    '`iss` of what the broker signs. May be a static public site when the broker itself is private. Left out, it is `url`.',
  ).optional(),
  listen: listen.prefault({}).describe('Where the broker listens. TLS is the business of the proxy before it.'),
  store: text('Where everything is kept: `sqlite:PATH`, relative to this file.').optional(),
  'store-file': secretFile(
    'File that holds a `postgres://` address, which carries a password. Refused until it is built.',
  ).optional(),
  policies: z
    .strictObject({
      directory: file('Directory of the policy files.').optional(),
      repository: text('owner/name of the repository that holds the policies. Refused until it is built.').optional(),
      organization: z
        .string()
        .regex(/^[A-Za-z0-9_.-]+\.ya?ml$/, 'must be the name of a YAML file in the policy directory')
        .default('_organization.yaml')
        .describe('File in it that holds teams, guardrails and what each project may offer.'),
      'kept-in': keptIn.optional(),
    })
    .describe('Where the policies are.'),
  issuers: named(issuer)
    .refine((issuers) => Object.keys(issuers).length > 0, 'names no issuer: no job could ever be believed')
    .describe('Whose tokens are believed, by a short name of your own.'),
  upstreams: named(upstream)
    .optional()
    .describe('Where credentials come from; a policy names one of these, never an address.'),
  clouds: clouds
    .prefault({})
    .describe('Where the clouds are asked, for those who do not use their public addresses. Most leave it out.'),
  github: github
    .optional()
    .describe(
      'The GitHub App in whose name the broker asks GitHub what no token says (`requester`, `protected-environment`, who started a run again: operations.md), and makes `github-token` credentials.',
    ),
  limits: z
    .strictObject({
      'requests-per-repository': z
        .string()
        .regex(RATE, 'must be a count and a unit, like 2000/h')
        .default('2000/h')
        .describe(
          'Asks of one repository: count/s, /m, /h or /d. So many at once, refilled evenly. More are answered 429; giving back is not counted.',
        ),
      'refused-share': z
        .number()
        .gt(0, 'must be more than 0')
        .max(1)
        .default(0.5)
        .describe(
          'Share of them that may be refused. Past it, what would be refused is answered 429 without an entry in the log; what is permitted goes on.',
        ),
    })
    .prefault({})
    .describe('How much one repository may ask. Counted in memory, from the start of the broker.'),
  'sign-in': named(signIn)
    .optional()
    .describe(
      'How people sign in, by a short name of your own, which stands in addresses: `/sign-in/NAME`. See sign-in.md.',
    ),
  roles: z
    .strictObject({
      security: teams('Who reviews, may read everything, and ends access.').optional(),
      operators: teams('Who runs the broker.').optional(),
    })
    .optional()
    .describe('Team names of the organization file for each role.'),
  keys: keys.describe('Keys.'),
  log: z
    .strictObject({
      'anchor-file': file(
        'The newest signed checkpoint is kept here and checked at start. Put it on another volume than the store: whoever can turn back one should not be able to turn back both. Its directory must exist. Without it the broker warns at start that a rollback could not be noticed.',
      ).optional(),
      witnesses: z
        .array(text('Address of a witness.'))
        .min(1)
        .optional()
        .meta({ description: 'Witnesses that cosign checkpoints.', ...later }),
    })
    .prefault({})
    .describe('The issuance log.'),
  notify: z
    .array(notification)
    .min(1)
    .optional()
    .describe('Channels of the organization that are told what waits for people, and what came of it. See notices.md.'),
  'relying-parties': named(
    z.strictObject({
      audience: text('Audience of the tokens that it may introspect.'),
      'secret-file': secretFile('Secret that it presents, of 32 characters at least.'),
    }),
  )
    .optional()
    .describe('Who may ask at `/oauth/introspect` what became of a `jwt` credential, by a short name of your own.'),
});

export type ConfigDocument = z.output<typeof configSchema>;
