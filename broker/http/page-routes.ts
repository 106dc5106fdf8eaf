// The plain pages. A real broker has one, the same for everybody, since nobody can sign in yet; the demo, which only this
// machine reaches, shows its requests and its log. Only on the host of `url`: another name for this address is somebody's trick.
import { type Request, type Response, Router } from 'express';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { onlyOnHost } from './own-host.ts';
import { readAssets } from './pages/assets.ts';
import { demoCommands } from './pages/demo-commands.ts';
import { framed, type Page, type Site } from './pages/frame.ts';
import { overviewPage } from './pages/overview-page.ts';
import { NO_PAGES_YET, NO_SUCH_REQUEST } from './pages/plain-pages.ts';
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
const PAGES = ['/', '/requests/:id'];

export function pageRoutes(deps: PageDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const { styleSheet, icon } = readAssets();
  const site: Site = { host: new URL(deps.url).host, styleSheet: styleSheet.path, icon: icon.path, demo: deps.demo };
  const addresses = [...PAGES, styleSheet.path, icon.path];
  router.all(addresses, onlyOnHost(deps.url));
  for (const { path, type, body } of [styleSheet, icon]) {
    router.get(path, (_request, response) => {
      response.set('Cache-Control', FOREVER).type(type).send(body);
    });
  }
  if (deps.demo) demoPages(router, deps, site);
  else router.get(PAGES, (_request, response) => sendPage(response, framed(site, NO_PAGES_YET)));
  router.all(addresses, methodNotAllowed('GET', 'HEAD'));
  return router;
}

function demoPages(router: Router, deps: PageDeps, site: Site): void {
  const { store, clock, configFile } = deps;
  const commands = demoCommands(configFile);
  router.get('/', async (_request, response) => {
    const overview = await store.read(readOverview);
    sendPage(response, framed(site, overviewPage(overview, { now: clock.now(), commands })));
  });
  router.get('/requests/:id', async (request: Request<{ id: string }>, response) => {
    const found = await store.read((tx) => readRequest(tx, request.params.id));
    const page: Page = found === undefined ? NO_SUCH_REQUEST : requestPage(found, { now: clock.now(), commands });
    sendPage(response.status(found === undefined ? 404 : 200), framed(site, page));
  });
}

const sendPage = (response: Response, page: string): void => {
  response.type('html').send(page);
};
