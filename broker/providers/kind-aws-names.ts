// How AWS names what is federated: its partitions and their regions, ARNs of roles and of identity providers, the address of STS.

/** What AWS's own tools take for the audience of an identity provider, in every partition. */
export const AWS_AUDIENCE = 'sts.amazonaws.com';
/** Of our token: STS takes RSA too, which costs ten times as much (AssumeRoleWithWebIdentity, "WebIdentityToken"). */
export const STS_ALGORITHM = 'ES256';

/** The parts of AWS that know nothing of each other: the regions of each, and the domain that its services are in. */
export const PARTITIONS: Readonly<
  Record<string, { readonly regions: RegExp; readonly such: string; readonly domain: string }>
> = {
  aws: { regions: /^(?!us-gov-|us-iso)[a-z]{2}-[a-z]+-\d$/, such: 'eu-west-1', domain: 'amazonaws.com' },
  'aws-cn': { regions: /^cn-[a-z]+-\d$/, such: 'cn-north-1', domain: 'amazonaws.com.cn' },
  'aws-us-gov': { regions: /^us-gov-[a-z]+-\d$/, such: 'us-gov-west-1', domain: 'amazonaws.com' },
  'aws-eusc': { regions: /^eusc-[a-z]+-[a-z]+-\d$/, such: 'eusc-de-east-1', domain: 'amazonaws.eu' },
  'aws-iso': { regions: /^us-iso-[a-z]+-\d$/, such: 'us-iso-east-1', domain: 'c2s.ic.gov' },
  'aws-iso-b': { regions: /^us-isob-[a-z]+-\d$/, such: 'us-isob-east-1', domain: 'sc2s.sgov.gov' },
  'aws-iso-e': { regions: /^eu-isoe-[a-z]+-\d$/, such: 'eu-isoe-west-1', domain: 'cloud.adc-e.uk' },
  'aws-iso-f': { regions: /^us-isof-[a-z]+-\d$/, such: 'us-isof-east-1', domain: 'csp.hci.ic.gov' },
};

export const AWS_ROLE = new RegExp(
  `^(?!.{600})arn:(${Object.keys(PARTITIONS).join('|')}):iam::([0-9]{12}):role/(?:[\\w+=,.@-]+/)*([\\w+=,.@-]{1,64})$`,
);

export interface AwsRoleName {
  readonly partition: string;
  readonly account: string;
  /** the last part, without the path before it */
  readonly name: string;
}

/** Of an ARN that the kind took. */
export function awsRoleName(arn: string): AwsRoleName {
  const [, partition = '', account = '', name = ''] = AWS_ROLE.exec(arn) ?? [];
  return { partition, account, name };
}

/** STS of the region itself: its sessions are good everywhere, and it does not fail with another region. */
export const stsHost = ({ role, region }: { readonly role: string; readonly region: string }): string =>
  `sts.${region}.${PARTITIONS[awsRoleName(role).partition]?.domain}`;

/** ARN of the identity provider that stands for an issuer in the account of the role. */
export function oidcProviderOf(issuer: string, role: string): string {
  const { partition, account } = awsRoleName(role);
  return `arn:${partition}:iam::${account}:oidc-provider/${issuerName(issuer)}`;
}

/** As IAM calls an issuer: without the scheme. */
export const issuerName = (issuer: string): string => issuer.replace(/^https:\/\//, '');
