// The browser of the page tests: a Chromium out of a package, so that `npm ci` is all it takes. Where it cannot start, the
// tests fail and say what is missing; they are never skipped.
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

export async function launchBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  return playwright.launch({ executablePath, args: ['--no-sandbox', '--headless=shell', '--disable-gpu'] });
}
