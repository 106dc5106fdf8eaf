// The files that pages load, all from here: each at an address with its content in it, so that browsers may keep it for ever.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { markFile } from './icons.ts';

export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

/** One style sheet, in parts that a person can read. */
const STYLES = ['1-tokens', '2-frame', '3-words', '4-tables'];

export function readAssets(): { readonly styleSheet: Asset; readonly icon: Asset } {
  const style = Buffer.concat(STYLES.map((part) => readFileSync(new URL(`./style/${part}.css`, import.meta.url))));
  return {
    styleSheet: asset('style.css', 'text/css; charset=utf-8', style),
    icon: asset('icon.svg', 'image/svg+xml', Buffer.from(markFile.toString())),
  };
}

function asset(name: string, type: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return { path: `/assets/${hash}/${name}`, type, body };
}
