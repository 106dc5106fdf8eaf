// The browser of the page tests: a Chromium out of a package, so that `npm ci` is all it takes. Where it cannot start, the
// tests fail and say what is missing; they are never skipped.
import { setTimeout as after } from 'node:timers/promises';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** So much later come all answers of the API (CONTRIBUTING.md): a test that looks before it has waited is found by it. */
const LATE_MS = Number(process.env['LATE_ANSWERS_MS'] ?? 0);

export async function launchBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  const browser = await playwright.launch({
    executablePath,
    args: ['--no-sandbox', '--headless=shell', '--disable-gpu'],
  });
  return LATE_MS > 0 ? answeredLate(browser) : browser;
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
