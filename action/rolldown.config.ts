// Bundles the action into action/dist, which is committed because the runner executes a checkout as it is. The files are
// the same bytes wherever they are built, and stay readable: a reviewer can compare them with their sources.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';

const root = join(import.meta.dirname, '..');

/** The licences of the packages inside the bundle, which ask to travel with it. */
const licenses: Plugin = {
  name: 'licenses',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
    const packages = modules.flatMap(
      (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id.replaceAll('\\', '/'))?.[0] ?? [],
    );
    this.emitFile({
      type: 'asset',
      fileName: 'licenses.txt',
      source: [...new Set(packages)].sort().map(licenseOf).join('\n\n'),
    });
  },
};

function licenseOf(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  return `${name} ${version} (${license})\n${licenseText(directory).trim()}\n`;
}

function licenseText(directory: string): string {
  const file = readdirSync(directory).find((name) => /^licen[cs]e/i.test(name));
  return file === undefined ? '' : readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n');
}

export default defineConfig({
  cwd: root,
  input: { main: 'action/main.ts', post: 'action/post.ts' },
  platform: 'node',
  resolve: { alias: { undici: join(root, 'action/undici-left-out.ts') } },
  plugins: [licenses],
  output: {
    dir: 'action/dist',
    format: 'esm',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  },
});
