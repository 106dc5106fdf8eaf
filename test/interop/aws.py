# The official client library of AWS (boto3): as the user of a session that a job got, as a client of the double's own STS, and as
# whoever makes keys in KMS. Reads what it needs as JSON from standard input, writes what came of it as JSON.
import json
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config

given = json.load(sys.stdin)


def client(service, url, **options):
    # Nothing of the environment: what is not given must not be found.
    return boto3.client(service, region_name=given["region"], endpoint_url=url, **options)


def make_keys():
    kms = client("kms", given["url"], aws_access_key_id="a", aws_secret_access_key="b")
    made = lambda spec: kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    return {"ES256": made("ECC_NIST_P256"), "RS256": made("RSA_3072")}


def caller():
    # Its three options have the names of what a job gets.
    return client("sts", given["url"], **given["credential"]).get_caller_identity()["Arn"]


def assume():
    # The same trade as the broker's, at the double of the tests: what it answers is an answer of STS to AWS's own client.
    sts = client("sts", given["url"], config=Config(signature_version=UNSIGNED))
    answer = sts.assume_role_with_web_identity(
        RoleArn=given["role"],
        RoleSessionName=given["session"],
        WebIdentityToken=given["token"],
        DurationSeconds=900,
    )
    keys = answer["Credentials"]
    return {
        "arn": answer["AssumedRoleUser"]["Arn"],
        "told": [answer["Audience"], answer["SubjectFromWebIdentityToken"]],
        "ends_at": keys["Expiration"].timestamp(),
        "credential": {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        },
    }


print(json.dumps({"make-keys": make_keys, "caller": caller, "assume": assume}[sys.argv[1]]()))
