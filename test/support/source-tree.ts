// The project's own files and what they import, read from the text: for the tests that keep the shape of the house.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Not ours, or made by a tool from what is. */
const LEFT_OUT =
  /^(\.git|action\/dist|broker\/portal\/dist|demo-data|coverage)(\/|$)|(^|\/)(node_modules|package-lock\.json)$/;

export interface Import {
  readonly from: string;
  /** path from the root for our own files, else the name of the package */
  readonly to: string;
  readonly own: boolean;
  /** erased before anything runs */
  readonly typeOnly: boolean;
}

/** Paths from the root of all files that match, sorted. */
export function filesMatching(pattern: RegExp): string[] {
  return walk('')
    .filter((file) => pattern.test(file))
    .sort();
}

export const readSource = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const STATEMENT = /^(?:import|export)\b(?:(?<clause>[^'"`;=()]*?)\bfrom\b)?\s*'(?<name>[^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'(?<name>[^']+)'\s*\)/g;

export function importsOf(file: string): Import[] {
  const text = readSource(file);
  const named = [...text.matchAll(STATEMENT)].map(({ groups }) => ({
    name: groups?.['name'] ?? '',
    typeOnly: isTypeOnly(groups?.['clause'] ?? ''),
  }));
  const dynamic = [...text.matchAll(DYNAMIC)].map(({ groups }) => ({ name: groups?.['name'] ?? '', typeOnly: false }));
  return [...named, ...dynamic].map(({ name, typeOnly }) => {
    const own = name.startsWith('.');
    return { from: file, to: own ? normalize(join(dirname(file), name)) : packageOf(name), own, typeOnly };
  });
}

/** `type …`, or braces in which each name is marked `type`. */
function isTypeOnly(clause: string): boolean {
  const names = /^\s*\{(.*)\}\s*$/s.exec(clause)?.[1];
  if (/^\s*type\b/.test(clause)) return true;
  return names?.split(',').every((name) => name.trim() === '' || /^type\b/.test(name.trim())) ?? false;
}

const packageOf = (name: string): string =>
  name.startsWith('node:')
    ? name
    : name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');

function walk(directory: string): string[] {
  return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = relative('', join(directory, entry.name));
    if (LEFT_OUT.test(path)) return [];
    return entry.isDirectory() ? walk(path) : [path];
  });
}
