// What Microsoft Entra ID must be told to trust an entitlement: a federated credential of the app, for exactly its subject.
import { ENTRA_AUDIENCE } from '../providers/azure-app.ts';
import type { AzureAppParameters } from '../providers/azure-token.ts';
import { nameFor, requireHttps, type SetUp, type TrustAsk } from './trust-set-up.ts';

export function trustAzure({ issuer, subject, scope, parameters }: TrustAsk): SetUp {
  requireHttps(issuer, 'Entra ID');
  const { tenant, 'client-id': client } = parameters as AzureAppParameters;
  const name = nameFor(scope);
  const description = `Buildpass: ${scope}`;
  const credential = { name, issuer, subject, audiences: [ENTRA_AUDIENCE], description };
  return {
    audience: ENTRA_AUDIENCE,
    notes: [
      `The app ${client} is in the tenant ${tenant}: \`az login --tenant ${tenant}\` first.`,
      'Where the client id is that of a user-assigned identity, the same four values go to `az identity federated-credential create`.',
      'Entra ID reads the keys at the issuer itself: it must answer to the whole internet.',
      'The app can do nothing until it has a role somewhere.',
    ],
    placeholders: [],
    documents: { 'federated-credential': credential },
    steps: [
      {
        why: 'This entitlement, and no other, may be the app.',
        argv: [
          ...['az', 'ad', 'app', 'federated-credential', 'create'],
          ...['--id', client, '--parameters', JSON.stringify(credential)],
        ],
      },
    ],
    terraform: [
      { head: ['data', 'azuread_application', nameFor(scope)], body: { client_id: client } },
      {
        head: ['resource', 'azuread_application_federated_identity_credential', nameFor(scope)],
        body: {
          application_id: { expression: `data.azuread_application.${nameFor(scope)}.id` },
          display_name: name,
          description,
          issuer,
          subject,
          audiences: [ENTRA_AUDIENCE],
        },
      },
    ],
  };
}
