// What machines read about the broker: OIDC discovery and JWKS (for `issuer`), OAuth metadata (for `url`), its API, health.
import { Router } from 'express';
import { GRANT_TYPE } from '../../shared/api.ts';
import { DEVICE_GRANT_TYPE } from '../../shared/device-login.ts';
import type { KeySet } from '../keys/key-set.ts';
import { openApiDocument } from './api/openapi.ts';
import { ISSUER_PATHS, issuerDocuments } from './issuer-documents.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import type { Readiness } from './readiness.ts';

export interface MetadataDeps {
  readonly url: string;
  readonly issuer: string;
  readonly keySet: () => KeySet;
  readonly version: string;
  readonly readiness: () => Promise<Readiness>;
}

/** Shorter than any `keys.publish-before-use` may be: a key that signs is in every cache that keeps to this. */
const CACHE = 'public, max-age=300';

export function metadataRoutes(deps: MetadataDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const documents: Readonly<Record<string, object>> = {
    '/.well-known/oauth-authorization-server': authorizationServer(deps.url),
    '/openapi.json': openApiDocument(deps),
  };
  for (const path of ISSUER_PATHS) {
    router.get(path, (_request, response) => {
      const document = issuerDocuments({ issuer: deps.issuer, keySet: deps.keySet() })[path];
      response.set('Cache-Control', CACHE).type('application/json').send(document);
    });
    router.all(path, methodNotAllowed('GET', 'HEAD'));
  }
  for (const [path, document] of Object.entries(documents)) {
    router.get(path, (_request, response) => {
      response.set('Cache-Control', CACHE).json(document);
    });
    router.all(path, methodNotAllowed('GET', 'HEAD'));
  }
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'alive' });
  });
  router.get('/readyz', async (_request, response) => {
    const { ready } = await deps.readiness();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready' });
  });
  router.all(['/healthz', '/readyz'], methodNotAllowed('GET', 'HEAD'));
  return router;
}

/** RFC 8414 §2, RFC 8628 §4. Whoever holds a token may end it: revoking asks for no client. */
function authorizationServer(url: string): object {
  return {
    issuer: url,
    token_endpoint: `${url}/v1/token`,
    token_endpoint_auth_methods_supported: ['none'],
    device_authorization_endpoint: `${url}/oauth/device_authorization`,
    introspection_endpoint: `${url}/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
    revocation_endpoint: `${url}/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: ['none'],
    grant_types_supported: [GRANT_TYPE, DEVICE_GRANT_TYPE],
    response_types_supported: ['id_token'],
  };
}
