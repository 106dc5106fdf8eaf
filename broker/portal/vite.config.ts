// Builds the portal into broker/portal/dist, which is committed, so that a broker needs no build to serve it. The same bytes
// wherever they are built; the document that loads them is the broker's own (broker/http/pages/frame.ts).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const modules = join(import.meta.dirname, '../../node_modules');

/** The licences of what is inside, which ask to travel with it. */
const licenses: Plugin = {
  name: 'licenses',
  generateBundle() {
    const source = ['preact', '@fontsource-variable/inter'].map(licenseOf).join('\n\n');
    this.emitFile({ type: 'asset', fileName: 'licenses.txt', source });
  },
};

function licenseOf(name: string): string {
  const directory = join(modules, name);
  const { version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((one) => /^licen[cs]e/i.test(one)) ?? 'LICENSE';
  return `${name} ${version} (${license})\n${readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n').trim()}\n`;
}

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [licenses],
  build: {
    // What `light-dark()` and `:has()` need; nothing is rewritten for older browsers.
    target: 'esnext',
    modulePreload: false,
    // A font stays a file of its own: the content policy takes no data addresses.
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    outDir: 'dist',
    emptyOutDir: true,
    rolldownOptions: { input: join(import.meta.dirname, 'main.tsx') },
  },
});
