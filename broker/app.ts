// The HTTP face: every route, in the order in which a request meets them, and what holds for all of them.
import express, { type Express } from 'express';
import helmet from 'helmet';
import { BrokerError } from './errors.ts';
import { leaseRoutes } from './http/lease-routes.ts';
import { type LogRouteDeps, logRoutes } from './http/log-routes.ts';
import { type MetadataDeps, metadataRoutes } from './http/metadata-routes.ts';
import { onlyFromHere } from './http/own-host.ts';
import { type PageDeps, pageRoutes } from './http/page-routes.ts';
import { problemHandler } from './http/problem.ts';
import { requestContext } from './http/request-context.ts';
import { type TokenRouteDeps, tokenRoutes } from './http/token-routes.ts';
import { quoted } from './identity/refusal.ts';

export type AppDeps = TokenRouteDeps & LogRouteDeps & MetadataDeps & PageDeps;

export function createApp(deps: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', 'simple');
  app.use(requestContext(deps));
  app.use(secureHeaders(deps.url));
  app.use((_request, response, next) => {
    // Whatever says otherwise does so for itself: keys, tiles and style sheets.
    response.set('Cache-Control', 'no-store');
    next();
  });
  if (deps.demo) app.use(onlyFromHere(deps.url));
  app.use(tokenRoutes(deps));
  app.use(leaseRoutes(deps));
  app.use(logRoutes(deps));
  app.use(metadataRoutes(deps));
  app.use(pageRoutes(deps));
  app.use((request) => {
    throw new BrokerError('NOT_FOUND', `There is nothing at ${request.method} ${quoted(request.path)}.`);
  });
  app.use(problemHandler('problem', deps.logger));
  return app;
}

function secureHeaders(url: string) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: url.startsWith('https:'),
    referrerPolicy: { policy: 'no-referrer' },
  });
}
