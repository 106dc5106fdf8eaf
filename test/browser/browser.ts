// The browser of the page tests: a Chromium out of a package, so that `npm ci` is all it takes. Where it cannot start, the
// tests fail and say what is missing; they are never skipped.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium as playwright } from 'playwright-core';
import manifest from '../../package.json' with { type: 'json' };

/** So much later come all answers of the API (CONTRIBUTING.md): a test that looks before it has waited is found by it. */
const LATE_MS = Number(process.env['LATE_ANSWERS_MS'] ?? 0);

export async function launchBrowser(): Promise<Browser> {
  const executablePath = join(await unpacked(), 'chromium');
  const browser = await playwright.launch({
    executablePath,
    args: ['--no-sandbox', '--headless=shell', '--disable-gpu'],
  });
  return LATE_MS > 0 ? answeredLate(browser) : browser;
}

const PLACE = join(tmpdir(), `buildpass-chromium-${manifest.devDependencies['@sparticuz/chromium']}`);
const UNPACK = fileURLToPath(new URL('./unpack-browser.ts', import.meta.url));

/**
 * Where the browser lies. It appears there whole: the package would write it where others look for it already, and the second of
 * two processes that begin at once on a new machine would start half a file.
 */
async function unpacked(): Promise<string> {
  if (existsSync(PLACE)) return PLACE;
  const beside = mkdtempSync(`${PLACE}-`);
  await promisify(execFile)(process.execPath, [UNPACK], { env: { ...process.env, TMPDIR: beside } });
  try {
    renameSync(beside, PLACE);
  } catch {
    // Another process was first.
    rmSync(beside, { recursive: true, force: true });
  }
  return PLACE;
}

function answeredLate(browser: Browser): Browser {
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    await context.route(/\/v1\//, async (route) => {
      await after(LATE_MS);
      // The page may be gone by now.
      await route.fallback().catch(() => undefined);
    });
    return context;
  };
  return browser;
}
