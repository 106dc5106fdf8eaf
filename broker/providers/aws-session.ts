// What AWS STS answers with, and the credential that it becomes: a session of exactly the role, the name and the token that were sent,
// or one that nobody gets.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Credential, Grant } from '../model.ts';
import type { Traded } from './aws-refusals.ts';
import { awsRoleName, oidcProviderOf } from './kind-aws-names.ts';
import type { AwsRoleParameters } from './kind-aws-role.ts';
import { readReply } from './read-reply.ts';
import { readStsXml } from './sts-xml.ts';
import type { UpstreamReply } from './upstream-http.ts';

// Printable, without spaces: what is none of a credential must not reach a job's environment.
const printable = z.string().regex(/^[\x21-\x7e]+$/);

/** `end`: seconds since 1970, however they are written. */
const answerSchema = <T extends z.ZodType<number>>(end: T) =>
  z.object({
    AssumeRoleWithWebIdentityResponse: z.object({
      AssumeRoleWithWebIdentityResult: z.object({
        Credentials: z.object({
          AccessKeyId: printable,
          SecretAccessKey: printable,
          SessionToken: printable,
          Expiration: end,
        }),
        AssumedRoleUser: z.object({ Arn: printable.max(2_048) }),
        Audience: z.string().nullish(),
        Provider: z.string().nullish(),
        SubjectFromWebIdentityToken: z.string().nullish(),
        SourceIdentity: z.string().nullish(),
      }),
    }),
  });

const jsonSchema = answerSchema(z.number());
const xmlSchema = answerSchema(z.iso.datetime().transform((moment) => Date.parse(moment) / 1000));

type StsAnswer = z.infer<typeof jsonSchema>;
export type StsResult = StsAnswer['AssumeRoleWithWebIdentityResponse']['AssumeRoleWithWebIdentityResult'];

/** @throws Error where it is neither form of the answer */
export function readStsAnswer(system: string, reply: UpstreamReply): StsResult {
  const answer =
    reply.json === undefined
      ? readReply(system, xmlSchema, { json: readStsXml(reply.text) })
      : readReply(system, jsonSchema, reply);
  return answer.AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult;
}

export interface Asked {
  readonly grant: Grant;
  readonly parameters: AwsRoleParameters;
  readonly traded: Traded;
  readonly system: string;
}

export function sessionCredential(result: StsResult, asked: Asked): Credential {
  const { Credentials: given, AssumedRoleUser: user } = result;
  const { region, role } = asked.parameters;
  const plain = {
    aws_access_key_id: given.AccessKeyId,
    aws_secret_access_key: given.SecretAccessKey,
    aws_session_token: given.SessionToken,
  };
  const excess = excessOf(result, asked);
  return {
    accessToken: new Secret(JSON.stringify(plain)),
    tokenType: 'N_A',
    issuedTokenType: 'urn:buildpass:token-type:aws-role',
    values: Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, new Secret(value)])),
    details: { aws_region: region, aws_account_id: awsRoleName(role).account, aws_role_arn: user.Arn },
    upstreamExpiresAt: Math.round(given.Expiration * 1000),
    provenance: { system: asked.system, id: user.Arn },
    ...(excess === undefined ? {} : { excess }),
  };
}

/** Names nothing: the sentence may stand in the log of a public repository's job. The entry has the ARN as its provenance. */
function excessOf(result: StsResult, { grant, parameters, traded }: Asked): string | undefined {
  const { partition, account, name } = awsRoleName(parameters.role);
  const arn = `arn:${partition}:sts::${account}:assumed-role/${name}/${grant.issuanceId}`;
  // AWS documents the issuer, and says the ARN of the provider in IAM.
  const providers = [traded.issuer, oidcProviderOf(traded.issuer, parameters.role)];
  const differs: readonly [boolean, string][] = [
    [result.AssumedRoleUser.Arn !== arn, 'it is a session of another role, or under another name'],
    [result.Audience !== traded.audience, 'it was given for another audience than that of our token'],
    [result.SubjectFromWebIdentityToken !== traded.subject, 'it was given to another subject than ours'],
    [!providers.includes(result.Provider ?? ''), 'it was given by another identity provider than the broker'],
    [(result.SourceIdentity ?? undefined) !== parameters['source-identity'], 'it has another source identity'],
  ];
  return differs.find(([wrong]) => wrong)?.[1];
}
