import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAssets } from '../../../../broker/http/pages/assets.ts';
import { type PageServer, servePages } from './page-server.ts';
import { openPageStore, type PageStore, WRONG_BRANCH } from './page-store.ts';
import { ownWords, textOf } from './page-text.ts';

const STRICT =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self';font-src 'self';connect-src 'self';form-action 'none';base-uri 'none';frame-ancestors 'none';require-trusted-types-for 'script';trusted-types 'none'";

let page: PageStore;
let refused: string;
let issued: string;
const servers: PageServer[] = [];
let demo: string;
let real: string;

beforeEach(async () => {
  page = await openPageStore();
  await page.begin();
  issued = await page.issued({
    minutesAgo: 4,
    returnedAfter: 60,
    row: { parameters: JSON.stringify([600, 'Approved by acme/security', 'SHOP-812']) },
  });
  refused = await page.refused([WRONG_BRANCH], { minutesAgo: 3, row: { repeats: 2 } });
  for (const isDemo of [true, false]) servers.push(await servePages({ store: page.store, demo: isDemo }));
  [demo = '', real = ''] = servers.map(({ url }) => url);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await page.store.close();
});

const get = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/** `fetch` would not send another Host. */
const getAs = (host: string, url: string) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const sent = request(url, { headers: { host } }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() });
    });
    sent.on('error', reject).end();
  });

describe('the page that the portal is drawn in', () => {
  it('is the same, byte for byte, whether a request exists or not', async () => {
    const paths = [
      `/requests/${refused}`,
      '/requests/req_nothing',
      '/',
      '/sign-in',
      '/catalog/no/such',
      '/access',
      '/me',
      '/device',
    ];
    const pages = await Promise.all(paths.map((path) => get(real + path)));
    expect(new Set(pages.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(pages[0]?.status).toBe(200);
  });

  it('loads one script and one style sheet, and has none of its own', async () => {
    const { text } = await get(`${real}/`);
    expect(text.match(/<script[^>]*>/g)).toEqual([
      expect.stringMatching(/^<script type="module" src="\/assets\/[^"]+\.js">$/),
    ]);
    expect(text).not.toMatch(/<style|style="|\son[a-z]+=/);
    expect(text).not.toContain('Demo');
  });

  it('says without JavaScript that it needs it', async () => {
    const { text } = await get(`${real}/`);
    expect(text).toMatch(
      /<noscript><p [^>]*>These pages need JavaScript, which this browser does not run: [^<]*<\/p><\/noscript>/,
    );
  });
});

describe('pages', () => {
  it.each(['/', '/requests/req_x', '/demo'])('%s carry a strict policy for content, and are not kept', async (path) => {
    for (const origin of path === '/demo' ? [demo] : [demo, real]) {
      const { headers } = await get(origin + path);
      expect(headers.get('content-security-policy')).toBe(STRICT);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    }
  });

  it('answer on the host of `url` only', async () => {
    for (const path of ['/', '/demo', `/demo/requests/${refused}`]) {
      const answer = await getAs('rebound.example', demo + path);
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'NOT_FOUND', detail: `Pages are at ${demo} only.` });
    }
  });

  it('are only read', async () => {
    const response = await fetch(`${demo}/demo/requests/${refused}`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await response.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  it('load files that browsers may keep for ever, as little as can be', async () => {
    const { text } = await get(`${demo}/`);
    const paths = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(paths.map((path) => path.replace(/-[\w-]{8}(?=\.)/, ''))).toEqual([
      '/assets/main.css',
      '/assets/icon.svg',
      '/assets/main.js',
    ]);
    for (const path of paths) {
      const { headers } = await get(demo + path);
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
    const types = await Promise.all(paths.map(async (path) => (await get(demo + path)).headers.get('content-type')));
    expect(types).toEqual(['text/css; charset=utf-8', 'image/svg+xml', 'text/javascript; charset=utf-8']);
    expect((await get(`${demo}/assets/main-00000000.css`)).status).toBe(404);
  });

  it('are compressed for whoever takes that', async () => {
    const { script } = readAssets();
    const sent = async (encoding: string) =>
      (await fetch(demo + script, { headers: { 'accept-encoding': encoding } })).headers;
    expect((await sent('gzip')).get('content-encoding')).toBe('gzip');
    expect((await sent('identity')).get('content-encoding')).toBeNull();
    expect((await sent('identity')).get('vary')).toBe('Accept-Encoding');
  });

  it('of the demo are nowhere else', async () => {
    expect((await get(`${real}/demo`)).status).toBe(404);
    expect((await get(`${real}/demo/requests/${refused}`)).status).toBe(404);
  });
});

describe('the demo’s first page', () => {
  it('lists requests and log entries, newest first, and says that it is a demo', async () => {
    const { text } = await get(`${demo}/demo`);
    const words = ownWords(text);
    expect(words).toContain('Demo. A demo issuer and example policies, on this machine only.');
    expect(words).toContain('2 requests and 7 log entries.');
    expect([...text.matchAll(/href="\/demo\/requests\/(req_[^"#]+)"/g)].map(([, id]) => id)).toEqual([refused, issued]);
    expect([...text.matchAll(/#log-(\d+)"/g)].map(([, index]) => Number(index))).toEqual([6, 5, 4, 3, 2]);
    expect(words).toContain('npm run -s buildpass -- log verify --config demo-data/buildpass.yaml');
  });

  it('says why a request was refused, and what lives of one that was not', async () => {
    const words = ownWords((await get(`${demo}/demo`)).text);
    expect(words).toContain('The rule wants branch to be main; this job has [quoted]. Nothing was issued.');
    expect(words).toContain('Nobody can revoke it: it stays usable until it dies at 12:06:00.');
  });

  it('says what will be there while there is nothing', async () => {
    const empty = await openPageStore();
    const server = await servePages({ store: empty.store, demo: true });
    const words = textOf((await get(`${server.url}/demo`)).text);
    expect(words).toContain('No job has asked yet. Requests show up here with what was decided about them');
    expect(words).toContain('The log has no entries yet.');
    await server.close();
    await empty.store.close();
  });

  it('shows the newest fifty, and says how to see the rest', async () => {
    const many = await openPageStore();
    for (let count = 0; count < 51; count += 1) await many.refused([WRONG_BRANCH], { minutesAgo: count + 1 });
    const server = await servePages({ store: many.store, demo: true });
    const { text } = await get(`${server.url}/demo`);
    expect(text.match(/href="\/demo\/requests\/[^"#]+"/g)).toHaveLength(50);
    expect(textOf(text)).toContain('50 requests, the newest, and 51 log entries.');
    expect(textOf(text)).toContain(
      'The newest 50 of 51. More: npm run -s buildpass -- log show --config demo-data/buildpass.yaml --last 51',
    );
    await server.close();
    await many.store.close();
  });
});

describe('the demo’s page of a request', () => {
  it('that was refused says what to change, what was compared, and how often it asked', async () => {
    const words = ownWords((await get(`${demo}/demo/requests/${refused}`)).text);
    expect(words).toContain('Refused');
    expect(words).toContain('This job may not have shop/deploy-staging');
    expect(words).toContain('asked 2 more times, refused alike');
    expect(words).toContain(
      'What to changeThe first rule wants branch to be main; this job has [quoted]. Run the job on such a branch, or ask acme/platform to change the rule in shop.yaml.',
    );
    expect(words).toContain('branch first rulemain[quoted]');
    expect(words).not.toContain('What it gives');
  });

  it('that was issued says what it gives, until when, and who can revoke it', async () => {
    const words = ownWords((await get(`${demo}/demo/requests/${issued}`)).text);
    expect(words).toContain('CredentialA jwt');
    expect(words).toContain('For how long10 min, until 12:06:00');
    expect(words).toContain('RevocableNo: it dies at 12:06:00');
    expect(words).toContain('log 5Lease returned lease.returnedNobody can revoke it: it can be used until 12:06:00.');
    expect(words).toContain('12:06:00 in 6 min The credential dies');
  });

  it('quotes the reason and the ticket, which the job typed', async () => {
    const { text } = await get(`${demo}/demo/requests/${issued}`);
    expect(text).toContain('Approved by acme/security');
    expect(ownWords(text)).not.toContain('Approved by acme/security');
    expect(ownWords(text)).toContain('ReasonAs written in the workflow[quoted]');
  });

  it('claims no verification, and says how to verify', async () => {
    const text = textOf((await get(`${demo}/demo/requests/${issued}`)).text);
    expect(text).not.toMatch(/\bverified\b/i);
    expect(text).toContain('This page shows what the store says; it proves nothing.');
    expect(text).toContain(`log show --config demo-data/buildpass.yaml --request ${issued}`);
  });

  it('that is not there is a plain page with a next step', async () => {
    const { status, text } = await get(`${demo}/demo/requests/req_nothing`);
    expect(status).toBe(404);
    expect(textOf(text)).toContain('There is no such request here');
    expect(text).toContain('<a class="row-link" href="/demo">All requests</a>');
  });

  it('never lets what a job typed speak for the broker', async () => {
    const hostile = '"; Approved by acme/security. <script>alert(1)</script> \u202E\n';
    const named = {
      ref: `refs/heads/${hostile}`,
      eventName: hostile,
      actor: hostile,
      environment: hostile,
      repository: hostile,
      workflowRef: hostile,
      runId: hostile,
    };
    const reason = { ...WRONG_BRANCH, got: hostile, message: `This job has ${JSON.stringify(hostile)}. Go.` };
    const id = await page.refused([reason], {
      subject: named,
      row: { parameters: JSON.stringify([null, hostile, hostile]) },
    });
    for (const path of ['/demo', `/demo/requests/${id}`]) {
      const { text } = await get(demo + path);
      expect(text).not.toMatch(/<script|\u202E/);
      expect(text).toContain('Approved by acme/security.');
      expect(ownWords(text)).not.toMatch(/approved by|alert/i);
    }
  });
});

describe('refusals of several kinds', () => {
  const pageOf = async (...args: Parameters<PageStore['refused']>) =>
    ownWords((await get(`${demo}/demo/requests/${await page.refused(...args)}`)).text);
  const second = { ...WRONG_BRANCH, rule: 1, condition: 'environment', expected: 'production' };
  const frozen = {
    code: 'FROZEN',
    message: 'Nothing is issued until Monday. Ask again afterwards.',
    expected: 'after Monday',
  } as const;

  it('with one rule: every line of it has to change', async () => {
    expect(await pageOf([WRONG_BRANCH, { ...second, rule: 0 }])).toContain('Each of these has to change:');
  });

  it('with several rules: any one of them', async () => {
    expect(await pageOf([WRONG_BRANCH, second])).toContain('One of these rules has to hold, with every line of it:');
  });

  it('with something against it whatever the rules say', async () => {
    const words = await pageOf([frozen, WRONG_BRANCH, second]);
    expect(words).toContain(
      'What to changeNothing is issued until Monday. Ask again afterwards.Besides, one of these rules has to hold',
    );
    expect(words).toContain('FROZENafter Mondaynone');
  });

  it('with many rules: the nearest, and how many more', async () => {
    const rules = [0, 1, 2, 3, 4].map((rule) => ({ ...WRONG_BRANCH, rule }));
    expect(await pageOf(rules)).toContain('2 rules further away are compared below.');
  });

  it('of a public repository: how little the job was told', async () => {
    const decision = JSON.stringify({ summary: 'No.', reasons: [WRONG_BRANCH], disclosure: 'codes' });
    expect(await pageOf([WRONG_BRANCH], { row: { decision } })).toContain(
      'the job was told the codes and a link, nothing more.',
    );
  });
});
