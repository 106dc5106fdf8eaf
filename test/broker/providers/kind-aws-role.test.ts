import { describe, expect, it } from 'vitest';
import type { Yaml } from '../../support/build-policy.ts';
import { problems } from '../../support/credential-samples.ts';

describe('parameters of an aws-role', () => {
  it.each<[differing: Yaml, problem: string]>([
    [
      { role: 'arn:aws-cn:iam::111122223333:role/shop-deploy' },
      'region: "eu-west-1" is no region of aws-cn, where the role is: write one such as cn-north-1',
    ],
    [{ region: 'us-gov-west-1' }, 'region: "us-gov-west-1" is no region of aws, where the role is'],
    [{ role: 'arn:aws-mars:iam::111122223333:role/shop-deploy' }, 'role: must be the ARN of a role'],
    [{ role: `arn:aws:iam::111122223333:role/${'x'.repeat(65)}` }, 'role: must be the ARN of a role'],
    [{ audience: 'a b' }, 'audience: must be one audience, compared whole'],
    [{ tags: {} }, 'tags: is empty: name a tag, or leave the key out'],
    [{ tags: { team: 'a', Team: 'b' } }, 'tags.Team: "Team" is the same tag as another one for AWS'],
    [{ tags: { 'a=b': 'c' } }, 'tags.a=b: "a=b" has = in its name, which an offer could not tell from its value'],
    [{ tags: { 'aws:x': 'b' } }, 'tags.aws:x: "aws:x" begins with aws: which AWS keeps for itself'],
    [{ 'session-policy': { Sid: '€'.repeat(400) } }, 'session-policy: must be an IAM policy of at most 2048'],
  ])('%j is a mistake', (differing, problem) => {
    expect(problems('aws-role', differing)).toContainEqual(expect.stringContaining(problem));
  });

  it.each<Yaml>([
    { role: 'arn:aws-us-gov:iam::111122223333:role/shop-deploy', region: 'us-gov-west-1' },
    { role: 'arn:aws-cn:iam::111122223333:role/shop-deploy', region: 'cn-north-1' },
    { role: 'arn:aws-eusc:iam::111122223333:role/shop-deploy', region: 'eusc-de-east-1' },
    { region: 'ap-southeast-2' },
  ])('%j is right', (differing) => {
    const offer = { roles: ['arn:aws*:iam::111122223333:role/*'], tags: ['team=*'], 'source-identities': ['shop'] };
    expect(problems('aws-role', differing, [offer])).toEqual([]);
  });
});
