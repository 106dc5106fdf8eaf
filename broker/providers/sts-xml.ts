// The documented form of what AWS STS answers, for an STS that gives no JSON. No reader of XML: it knows elements with letters for a
// name, the namespace of STS, text, and the five entities that XML begins with. With anything else in it, such as a document type, a
// comment, CDATA, an attribute or an element that is there twice, nothing of it is read. It grows no longer than it came.

type Element = string | null | { readonly [name: string]: Element };

const NAMESPACE = ' xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/"';
const DECLARATION = /(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?\?>)?/y;
const OPENING = new RegExp(`<([A-Za-z]{1,64})(?:${NAMESPACE})?(/?)>`, 'y');
const CLOSING = /<\/([A-Za-z]{1,64})>/y;
const TEXT = /[^<]*/y;
const BLANK = /[ \t\r\n]*/y;
/** Answer, result, credentials and their members are four. */
const DEEPEST = 6;

/** As its JSON would be, but that every value is text, and what is empty is null; undefined where it is anything else. */
export function readStsXml(text: string): unknown {
  const scanner = { text, at: 0 };
  for (const head of [BLANK, DECLARATION, BLANK]) take(scanner, head);
  const element = readElement(scanner, 1);
  take(scanner, BLANK);
  return element !== undefined && scanner.at === text.length ? Object.fromEntries([element]) : undefined;
}

interface Scanner {
  readonly text: string;
  at: number;
}

function take(scanner: Scanner, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = scanner.at;
  const found = pattern.exec(scanner.text);
  if (found === null) return undefined;
  scanner.at = pattern.lastIndex;
  return found;
}

/** Undefined where there is none that is sound, here or further in. */
function readElement(scanner: Scanner, depth: number): readonly [name: string, Element] | undefined {
  const [, name, empty] = (depth <= DEEPEST && take(scanner, OPENING)) || [];
  if (name === undefined) return undefined;
  if (empty === '/') return [name, null];
  const value = readContent(scanner, depth);
  return value !== undefined && take(scanner, CLOSING)?.[1] === name ? [name, value] : undefined;
}

function readContent(scanner: Scanner, depth: number): Element | undefined {
  const text = take(scanner, TEXT)?.[0] ?? '';
  if (closes(scanner)) return text === '' ? null : withoutEntities(text);
  // Text between elements would be two things at once.
  return text.trim() === '' ? readMembers(scanner, depth) : undefined;
}

function readMembers(scanner: Scanner, depth: number): Element | undefined {
  const members = new Map<string, Element>();
  while (!closes(scanner)) {
    const member = readElement(scanner, depth + 1);
    if (member === undefined || members.has(member[0])) return undefined;
    members.set(...member);
    take(scanner, BLANK);
  }
  return Object.fromEntries(members);
}

const closes = ({ text, at }: Scanner): boolean => text.startsWith('</', at);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Each once, from left to right: `&amp;lt;` is `&lt;`. Undefined where there is another one. */
function withoutEntities(text: string): string | undefined {
  const known = /&(amp|lt|gt|quot|apos);/g;
  if (text.replace(known, '').includes('&')) return undefined;
  return text.replace(known, (_entity, name: string) => ENTITIES[name] ?? '');
}
