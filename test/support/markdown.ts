// What stands in a Markdown document: links, headings, snippets and words in code, for the tests that keep documents true.
import { dirname, join, normalize } from 'node:path';
import { readSource } from './source-tree.ts';

export interface Snippet {
  readonly file: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

const FENCE = /^```(?<language>[a-z]*)\n(?<text>[\s\S]*?)^```$/gm;

export function snippetsOf(file: string): Snippet[] {
  const text = readSource(file);
  return [...text.matchAll(FENCE)].map(({ index, groups }) => ({
    file,
    line: text.slice(0, index).split('\n').length,
    language: groups?.['language'] ?? '',
    text: groups?.['text'] ?? '',
  }));
}

export interface Link {
  readonly file: string;
  /** path from the root; the document itself for a link inside it */
  readonly target: string;
  readonly heading: string | undefined;
}

/** Links that lead to files of ours. */
export function relativeLinksOf(file: string): Link[] {
  const links = [
    ...readSource(file)
      .replace(FENCE, '')
      .matchAll(/\]\((?<to>[^)\s]+)\)/g),
  ].map(({ groups }) => groups?.['to'] ?? '');
  return links
    .filter((to) => !/^[a-z][a-z+.-]*:/i.test(to))
    .map((to) => {
      const [path = '', heading] = to.split('#');
      return { file, target: path === '' ? file : normalize(join(dirname(file), path)), heading };
    });
}

/** Headings as the fragments that links to them have. */
export function headingsOf(file: string): string[] {
  const text = readSource(file).replace(FENCE, '');
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Everything set as code: between backticks, and in snippets. */
export function codeIn(file: string): string[] {
  const inline = [
    ...readSource(file)
      .replace(FENCE, '')
      .matchAll(/`([^`\n]+)`/g),
  ].map(([, code = '']) => code);
  return [...inline, ...snippetsOf(file).map(({ text }) => text)];
}
