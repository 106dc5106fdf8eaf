// A broker whose jobs get roles at AWS, and the AWS that it asks: the account trusts the broker by the keys that it publishes.
import { type AwsStsDouble, keysPublishedBy, startAwsSts } from './aws-sts-double.ts';
import { BROKER_URL, type TestBrokerOptions } from './test-broker.ts';

const ACCOUNT = '111122223333';
const AWS_HOST = new URL(BROKER_URL).host;
export const DEPLOY_ROLE = `arn:aws:iam::${ACCOUNT}:role/ci/shop-deploy`;
export const TAGGED_ROLE = `arn:aws:iam::${ACCOUNT}:role/shop-tagged`;

const AWS_ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
      - { kind: aws-role, roles: [ "arn:aws:iam::${ACCOUNT}:role/**" ], tags: [ team=Web* ], source-identities: [ "shop-*" ] }
`;

const AWS_SHOP = `
project: shop
title: Web shop
owner: octo-org/platform
repositories:
  - { name: octo-org/octo-repo, id: "456789" }
entitlements:
  deploy:
    title: Deploy the web shop
    risk: high
    credential:
      kind: aws-role
      role: ${DEPLOY_ROLE}
      region: eu-west-1
      session-policy: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: "ecs:*", Resource: "*" } ] }
    ttl: 15m
    allow: [ { branch: main } ]
  tagged:
    title: Deploy with tags
    risk: high
    credential: { kind: aws-role, role: "${TAGGED_ROLE}", region: us-east-1, tags: { team: Web shop }, source-identity: shop-ci }
    ttl: 1h
    allow: [ { branch: main } ]
`;

export const trustOf = (entitlement: string, actions: readonly string[] = []): unknown => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${AWS_HOST}` },
      Action: ['sts:AssumeRoleWithWebIdentity', ...actions],
      Condition: {
        StringEquals: {
          [`${AWS_HOST}:aud`]: 'sts.amazonaws.com',
          [`${AWS_HOST}:sub`]: `project:shop:entitlement:${entitlement}`,
        },
      },
    },
  ],
});

export interface AwsStory {
  readonly sts: AwsStsDouble;
  readonly options: TestBrokerOptions;
  /** where the public name of the broker leads, once it runs */
  publishAt(origin: string): void;
}

export async function prepareAws(now?: () => number): Promise<AwsStory> {
  let origin = '';
  const roles = [
    { arn: DEPLOY_ROLE, trust: trustOf('deploy') },
    { arn: TAGGED_ROLE, trust: trustOf('tagged', ['sts:TagSession', 'sts:SetSourceIdentity']) },
  ];
  const keys = (): Promise<object> => keysPublishedBy(BROKER_URL, origin);
  const sts = await startAwsSts(
    { roles, providers: [{ issuer: BROKER_URL, audiences: ['sts.amazonaws.com'], keys }] },
    now,
  );
  return {
    sts,
    options: {
      policies: { 'shop.yaml': AWS_SHOP, '_organization.yaml': AWS_ORGANIZATION },
      clouds: { aws: { stsUrl: sts.url, privateNetwork: false } },
      background: 'by-hand',
    },
    publishAt(at) {
      origin = at;
    },
  };
}
