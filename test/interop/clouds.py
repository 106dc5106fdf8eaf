# What Google's and Microsoft's own clients make of what the broker hands out and signs, against the doubles of the tests.
# Reads what they need as JSON from standard input; exits 1 with the reason where they do not agree.
import json
import os
import sys

import google.auth
import google.auth.transport.requests as transport
import msal
import requests
from google.auth import identity_pool
from google.oauth2.credentials import Credentials

given = json.load(sys.stdin)
gcp, azure = given["google"], given["azure"]


def storage(credentials):
    answer = transport.AuthorizedSession(credentials).get(gcp["storage"])
    return answer.status_code, answer.json()


class Supplier(identity_pool.SubjectTokenSupplier):
    """The broker's JWT, where Google's library would read it from a file."""

    def get_subject_token(self, context, request):
        return gcp["subject_token"]


class Loopback:
    """msal speaks https to Microsoft's address only: each request goes to the double instead."""

    def get(self, url, **options):
        return requests.get(self._moved(url), **self._told(options))

    def post(self, url, **options):
        return requests.post(self._moved(url), **self._told(options))

    def close(self):
        pass

    @staticmethod
    def _moved(url):
        return url.replace("https://login.microsoftonline.com", azure["login_url"])

    @staticmethod
    def _told(options):
        return {name: value for name, value in options.items() if name in ("params", "data", "headers")}


# The token that a job got, as an application would use it.
assert storage(Credentials(token=gcp["access_token"])) == (200, gcp["expected"]), "the token of a job"

# Google's library makes the same two trades with the broker's JWT, and the double takes them: it is no friendlier to us.
library = identity_pool.Credentials(
    audience=gcp["audience"],
    subject_token_type="urn:ietf:params:oauth:token-type:jwt",
    token_url=gcp["token_url"],
    service_account_impersonation_url=gcp["impersonation_url"],
    subject_token_supplier=Supplier(),
    scopes=gcp["expected"]["scopes"],
)
assert storage(library) == (200, gcp["expected"]), "the trades of google-auth"

# Google's library, told of a file and a project by the variables that the action sets, and of nothing else.
os.environ.update(gcp["variables"])
default, _ = google.auth.default(scopes=gcp["expected"]["scopes"])
assert storage(default) == (200, gcp["expected"]), "the credentials file"

# Microsoft's library does so with the broker's assertion.
application = msal.ConfidentialClientApplication(
    azure["client_id"],
    authority="https://login.microsoftonline.com/" + azure["tenant_id"],
    client_credential={"client_assertion": lambda: azure["assertion"]},
    instance_discovery=False,
    http_client=Loopback(),
)
answer = application.acquire_token_for_client(scopes=[azure["scope"]])
assert "access_token" in answer, "msal: " + json.dumps(answer)
used = requests.get(azure["subscriptions"], headers={"Authorization": "Bearer " + answer["access_token"]})
assert used.status_code == 200, "the token of msal"

print("the token of a job, a credentials file, two trades with Google, one with Entra")
