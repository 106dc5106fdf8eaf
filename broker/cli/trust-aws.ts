// What AWS must be told to trust an entitlement: the identity provider of the account, and the trust policy of the role, which lets
// in exactly the subjects that the policies give the role to.
import { AWS_AUDIENCE, awsRoleName, issuerName, oidcProviderOf } from '../providers/kind-aws-names.ts';
import { type AwsRoleParameters, trustActions } from '../providers/kind-aws-role.ts';
import { type HclBlock, hclJson } from './hcl.ts';
import { NoTrust, nameFor, requireHttps, type SetUp, sharing, sharingNotes, type TrustAsk } from './trust-set-up.ts';

const HOUR = 3_600;

interface Sharer {
  readonly subject: string;
  readonly ttl: number | 'never';
  readonly parameters: AwsRoleParameters;
}

export function trustAws(ask: TrustAsk): SetUp {
  const { issuer, parameters } = ask;
  requireHttps(issuer, 'AWS');
  if (new URL(issuer).port !== '')
    throw new NoTrust(
      `AWS takes an issuer without a port only; this one is "${issuer}": set \`issuer\` to an address without`,
    );
  const { role, audience = AWS_AUDIENCE } = parameters as AwsRoleParameters;
  const sharers = sharing<AwsRoleParameters>(ask, (one) => one.role === role);
  const policy = trustPolicy(issuer, sharers);
  const longest = Math.max(HOUR, ...sharers.map(({ ttl }) => (ttl === 'never' ? 0 : ttl)));
  return {
    audience,
    notes: [
      'The role can do nothing until permissions are attached to it.',
      'AWS reads the keys at the issuer itself: it must answer to the whole internet.',
      ...sizeNotes(policy),
      ...sharingNotes(`The trust policy of ${role}`, sharers, ask),
    ],
    placeholders: [],
    documents: { 'trust-policy': policy },
    steps: steps({ issuer, role, audience, policy, longest }),
    terraform: terraform({
      scope: sharers[0]?.scope ?? ask.scope,
      issuer,
      role,
      policy,
      longest,
      audiences: audiencesOf(sharers),
    }),
  };
}

/** A quota of IAM, which counts no spaces. */
const LONGEST_POLICY = 2_048;

const sizeNotes = (policy: TrustPolicy): readonly string[] => {
  const { length } = JSON.stringify(policy);
  return length <= LONGEST_POLICY
    ? []
    : [
        `The trust policy has ${length} characters; AWS takes ${LONGEST_POLICY} unless the quota of the account was raised.`,
      ];
};

const audiencesOf = (sharers: readonly Sharer[]): string[] => [
  ...new Set(sharers.map(({ parameters }) => parameters.audience ?? AWS_AUDIENCE)),
];

interface Statement {
  readonly Effect: 'Allow';
  readonly Principal: { readonly Federated: string };
  readonly Action: string | readonly string[];
  readonly Condition: { readonly StringEquals: Readonly<Record<string, string | readonly string[]>> };
}

interface TrustPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** One statement for those of one audience with the same rights: a list of subjects means any of them. */
function trustPolicy(issuer: string, sharers: readonly Sharer[]): TrustPolicy {
  const groups = new Map<string, Sharer[]>();
  for (const sharer of sharers) {
    const { audience = AWS_AUDIENCE } = sharer.parameters;
    const key = JSON.stringify([audience, trustActions(sharer.parameters)]);
    groups.set(key, [...(groups.get(key) ?? []), sharer]);
  }
  const host = issuerName(issuer);
  const statements = [...groups].map(([key, group]): Statement => {
    const [audience, actions] = JSON.parse(key) as [string, string[]];
    return {
      Effect: 'Allow',
      Principal: { Federated: oidcProviderOf(issuer, group[0]?.parameters.role ?? '') },
      Action: oneOrList(actions),
      Condition: {
        StringEquals: { [`${host}:aud`]: audience, [`${host}:sub`]: oneOrList(group.map(({ subject }) => subject)) },
      },
    };
  });
  return { Version: '2012-10-17', Statement: statements };
}

const oneOrList = (list: readonly string[]): string | readonly string[] =>
  list.length === 1 ? (list[0] ?? list) : list;

interface Parts {
  readonly issuer: string;
  readonly role: string;
  readonly policy: TrustPolicy;
  readonly longest: number;
}

function steps({ issuer, role, audience, policy, longest }: Parts & { readonly audience: string }): SetUp['steps'] {
  const { name } = awsRoleName(role);
  const provider = oidcProviderOf(issuer, role);
  const document = JSON.stringify(policy);
  const named = ['--role-name', name];
  const iam = (...words: string[]): string[] => ['aws', 'iam', ...words];
  return [
    {
      why: 'Once an account: the broker as identity provider.',
      argv: iam('create-open-id-connect-provider', '--url', issuer, '--client-id-list', JSON.stringify([audience])),
    },
    {
      why: 'Where that is there already: let it take the audience.',
      // As one document: the AWS command line takes a value that looks like an address for one to be fetched.
      argv: iam(
        ...['add-client-id-to-open-id-connect-provider', '--cli-input-json'],
        JSON.stringify({ OpenIDConnectProviderArn: provider, ClientID: audience }),
      ),
    },
    {
      why: 'A new role.',
      argv: iam(
        ...['create-role', ...named, '--path', pathOf(role), '--max-session-duration', String(longest)],
        ...['--assume-role-policy-document', document],
      ),
    },
    {
      why: 'Where the role is there already: this replaces its whole trust policy. Keep what else must stay in it.',
      argv: iam('update-assume-role-policy', ...named, '--policy-document', document),
    },
    ...(longest > HOUR
      ? [
          {
            why: 'And lets its sessions live as long as the policy says.',
            argv: iam('update-role', ...named, '--max-session-duration', String(longest)),
          },
        ]
      : []),
  ];
}

/** Of a role, as IAM wants it: with a slash at both ends. */
const pathOf = (role: string): string => /:role(\/.*)$/.exec(role)?.[1]?.replace(/[^/]+$/, '') ?? '/';

function terraform(
  parts: Parts & { readonly scope: string; readonly audiences: readonly string[] },
): readonly HclBlock[] {
  const { scope, issuer, role, policy, longest, audiences } = parts;
  return [
    {
      comment: 'Once an account. Where it is there already, import it.',
      head: ['resource', 'aws_iam_openid_connect_provider', 'buildpass'],
      body: { url: issuer, client_id_list: audiences },
    },
    {
      head: ['resource', 'aws_iam_role', nameFor(scope)],
      body: {
        name: awsRoleName(role).name,
        path: pathOf(role),
        max_session_duration: longest,
        assume_role_policy: hclJson(policy as never),
      },
    },
  ];
}
