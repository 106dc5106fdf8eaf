// Pages for people: one document in which the portal's script draws them, the same for everybody, and the files that it loads.
// The demo, which only this machine reaches, shows its requests and its log besides, without signing in. Only on the host of
// `url`: another name for this address is somebody's trick.
import { type Request, type Response, Router } from 'express';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { onlyOnHost } from './own-host.ts';
import { type Asset, readAssets } from './pages/assets.ts';
import { demoCommands } from './pages/demo-commands.ts';
import { framed, type Page, portalPage, type Site } from './pages/frame.ts';
import { NO_SUCH_REQUEST } from './pages/no-such-request.ts';
import { overviewPage } from './pages/overview-page.ts';
import { readOverview, readRequest } from './pages/read-requests.ts';
import { requestPage } from './pages/request-page.ts';

export interface PageDeps {
  readonly url: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly demo: boolean;
  /** as whoever looks at the demo would type it */
  readonly configFile: string;
}

const FOREVER = 'public, max-age=31536000, immutable';
/** What the portal shows at these addresses is decided in broker/portal/route.ts. */
const PORTAL_PAGES = [
  '/',
  '/sign-in',
  '/requests',
  '/requests/:id',
  '/catalog',
  '/catalog/:project/:entitlement',
  '/access',
  '/me',
  '/device',
];
const DEMO_PAGES = ['/demo', '/demo/requests/:id'];

export function pageRoutes(deps: PageDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const { all, styleSheet, icon, script } = readAssets();
  const site: Site = { host: new URL(deps.url).host, styleSheet, icon, demo: deps.demo };
  const addresses = [...PORTAL_PAGES, ...(deps.demo ? DEMO_PAGES : []), ...all.map(({ path }) => path)];
  router.all(addresses, onlyOnHost(deps.url));
  for (const asset of all) router.get(asset.path, (request, response) => sendAsset(request, response, asset));
  const portal = portalPage(site, script);
  router.get(PORTAL_PAGES, (_request, response) => sendPage(response, portal));
  if (deps.demo) demoPages(router, deps, site);
  router.all(addresses, methodNotAllowed('GET', 'HEAD'));
  return router;
}

function demoPages(router: Router, deps: PageDeps, site: Site): void {
  const { store, clock, configFile } = deps;
  const commands = demoCommands(configFile);
  router.get('/demo', async (_request, response) => {
    const overview = await store.read(readOverview);
    sendPage(response, framed(site, overviewPage(overview, { now: clock.now(), commands })));
  });
  router.get('/demo/requests/:id', async (request: Request<{ id: string }>, response) => {
    const found = await store.read((tx) => readRequest(tx, request.params.id));
    const page: Page = found === undefined ? NO_SUCH_REQUEST : requestPage(found, { now: clock.now(), commands });
    sendPage(response.status(found === undefined ? 404 : 200), framed(site, page));
  });
}

function sendAsset(request: Request, response: Response, { type, body, gzipped }: Asset): void {
  response.set('Cache-Control', FOREVER).type(type);
  if (gzipped === undefined) response.send(body);
  else {
    response.vary('Accept-Encoding');
    if (request.acceptsEncodings('gzip') === 'gzip') response.set('Content-Encoding', 'gzip').send(gzipped);
    else response.send(body);
  }
}

const sendPage = (response: Response, page: string): void => {
  response.type('html').send(page);
};
