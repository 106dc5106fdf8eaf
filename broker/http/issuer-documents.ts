// What is published for `issuer`: discovery and the key set. The broker serves these very bytes, and `keys publish` writes them.
import type { KeySet } from '../keys/key-set.ts';

/** Path to text, each a JSON document. */
export function issuerDocuments({
  issuer,
  keySet,
}: {
  issuer: string;
  keySet: KeySet;
}): Readonly<Record<(typeof ISSUER_PATHS)[number], string>> {
  return {
    '/.well-known/jwks.json': JSON.stringify(keySet),
    '/.well-known/openid-configuration': JSON.stringify(discovery(issuer)),
  };
}

export const ISSUER_PATHS = ['/.well-known/jwks.json', '/.well-known/openid-configuration'] as const;

/** OpenID Connect Discovery 1.0 §3, as far as federation with clouds and vaults reads it. */
function discovery(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
    claims_supported: [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'nbf',
      'jti',
      'client_id',
      'issuer_name',
      'repository',
      'repository_id',
      'ref',
      'sha',
      'environment',
      'run_id',
      'run_attempt',
      'check_run_id',
      'assurance',
      'approved_by',
    ],
  };
}
