// A process of its own, for browser.ts: the package unpacks into what its process takes for the directory of temporary files.
import chromium from '@sparticuz/chromium';

await chromium.executablePath();
