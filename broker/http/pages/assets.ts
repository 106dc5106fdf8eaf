// The files that pages load, all from here and built beforehand (broker/portal/dist): each at an address with its content in
// it, so that browsers may keep it for ever. Read once; text is compressed once.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { markFile } from './icons.ts';

export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
  /** the same in less; undefined for what is compressed already */
  readonly gzipped: Buffer | undefined;
}

export interface Assets {
  readonly all: readonly Asset[];
  /** addresses */
  readonly styleSheet: string;
  readonly script: string;
  readonly icon: string;
}

const DIST = new URL('../../portal/dist/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** What the build says of its entry, so far as pages need it. */
const manifestSchema = z.object({ 'main.tsx': z.object({ file: z.string(), css: z.array(z.string()).length(1) }) });

export function readAssets(): Assets {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(new URL('manifest.json', DIST), 'utf8')))['main.tsx'];
  const built = readdirSync(new URL('assets/', DIST)).map((name) =>
    assetOf(`/assets/${name}`, readFileSync(new URL(`assets/${name}`, DIST))),
  );
  const mark = Buffer.from(markFile.toString());
  const icon = assetOf(`/assets/icon-${createHash('sha256').update(mark).digest('hex').slice(0, 8)}.svg`, mark);
  return { all: [...built, icon], styleSheet: `/${manifest.css[0]}`, script: `/${manifest.file}`, icon: icon.path };
}

function assetOf(path: string, body: Buffer): Asset {
  const type = TYPES[extname(path)];
  if (type === undefined) throw new Error(`no page loads a file such as ${path}`);
  return { path, type, body, gzipped: type.startsWith('text/') ? gzipSync(body, { level: 9 }) : undefined };
}
