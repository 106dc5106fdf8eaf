// The HTTP face: what a request meets, in order, and what holds for all of them. `POST /v1/token` is answered before Express,
// which costs more than everything else that is done about a request before it is decided.
import type { RequestListener, ServerResponse } from 'node:http';
import express, { type Express, type Router } from 'express';
import { BrokerError } from './errors.ts';
import { accessRoutes } from './http/access-routes.ts';
import { breakGlassRoutes } from './http/break-glass-routes.ts';
import { catalogRoutes } from './http/catalog-routes.ts';
import { type CommandLineRouteDeps, commandLineRoutes } from './http/command-line-routes.ts';
import { type DeviceRouteDeps, deviceRoutes } from './http/device-routes.ts';
import { atEdge, type EdgeDeps, isTokenPath } from './http/edge.ts';
import { type ExplainRouteDeps, explainRoutes } from './http/explain-routes.ts';
import { leaseRoutes } from './http/lease-routes.ts';
import { type LinkDeps, linkRoutes } from './http/link-routes.ts';
import { type LogRouteDeps, logRoutes } from './http/log-routes.ts';
import { type MeDeps, meRoutes } from './http/me-routes.ts';
import { type MetadataDeps, metadataRoutes } from './http/metadata-routes.ts';
import { methodNotAllowed } from './http/method-not-allowed.ts';
import { type OauthRouteDeps, oauthRoutes } from './http/oauth-routes.ts';
import { elsewhere, isFromHere } from './http/own-host.ts';
import { type PageDeps, pageRoutes } from './http/page-routes.ts';
import { type PasskeyRouteDeps, passkeyRoutes } from './http/passkey-routes.ts';
import { type PeopleRequestDeps, peopleRequestRoutes } from './http/people-request-routes.ts';
import { refusing } from './http/refuse.ts';
import { type RequestRouteDeps, requestRoutes } from './http/request-routes.ts';
import { type SignInDeps, signInRoutes } from './http/sign-in-routes.ts';
import { type TokenRouteDeps, tokenRoute } from './http/token-route.ts';
import { quoted } from './identity/refusal.ts';

export type AppDeps = EdgeDeps &
  TokenRouteDeps &
  RequestRouteDeps &
  PeopleRequestDeps &
  ExplainRouteDeps &
  LogRouteDeps &
  MetadataDeps &
  OauthRouteDeps &
  DeviceRouteDeps &
  CommandLineRouteDeps &
  PageDeps &
  MeDeps &
  LinkDeps &
  PasskeyRouteDeps &
  SignInDeps;

export function createApp(deps: AppDeps): RequestListener {
  const token = tokenRoute(deps);
  const others = expressApp(deps);
  const fromHere = deps.demo ? isFromHere(deps.url) : () => true;
  return atEdge(deps, (request, response) => {
    if (!fromHere(request)) throw elsewhere(deps.url);
    if (request.method === 'POST' && isTokenPath(request.url)) {
      void token(request, response);
    } else {
      setHeaders(response, deps.answering.headers);
      others(request, response);
    }
  });
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** The routers of the documented API, which /openapi.json describes; pages are apart. */
export const apiRouters = (deps: AppDeps): readonly Router[] => [
  explainRoutes(deps),
  catalogRoutes(deps),
  leaseRoutes(deps),
  requestRoutes(deps),
  peopleRequestRoutes(deps),
  breakGlassRoutes(deps),
  accessRoutes(deps),
  logRoutes(deps),
  metadataRoutes(deps),
  oauthRoutes(deps),
  deviceRoutes(deps),
  signInRoutes(deps),
  meRoutes(deps),
  commandLineRoutes(deps),
  linkRoutes(deps),
  passkeyRoutes(deps),
];

function expressApp(deps: AppDeps): Express {
  const { refuse } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', 'simple');
  app.all('/v1/token', methodNotAllowed('POST'), refusing('oauth', refuse));
  for (const router of apiRouters(deps)) app.use(router);
  app.use(pageRoutes(deps));
  app.use((request) => {
    throw new BrokerError('NOT_FOUND', `There is nothing at ${request.method} ${quoted(request.path)}.`);
  });
  app.use(refusing('problem', refuse));
  return app;
}
