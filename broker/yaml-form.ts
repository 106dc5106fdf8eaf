// What a YAML text may not contain, found in its tokens before anything is built from them: directives, anchors, aliases, tags,
// characters that a reviewer cannot see, and nesting deep enough to exhaust the parser's stack.
import { CST, Lexer } from 'yaml';

export interface FormProblem {
  readonly offset: number;
  readonly message: string;
}

/** Policies need 8; a parser that recurses needs a limit. */
const MAX_NESTING = 32;

// Control characters but tab and line breaks; a carriage return alone; byte order mark, zero-width and direction-changing
// characters, which let a text read differently from what it says ("Trojan Source", CVE-2021-42574).
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]|\r(?!\n)/;

export function formProblems(text: string): FormProblem[] {
  const unseen = UNSEEN.exec(text);
  if (unseen !== null)
    return [
      { offset: unseen.index, message: `the character ${codePoint(unseen[0])} cannot be seen and is not allowed` },
    ];
  if (!text.isWellFormed()) return [{ offset: 0, message: 'is not well-formed Unicode: save the file as UTF-8' }];
  const problems: FormProblem[] = [];
  let nesting = START;
  for (const { offset, type, source } of tokens(text)) {
    const message = forbidden(type, source);
    if (message !== undefined) problems.push({ offset, message });
    nesting = nestingAfter(nesting, type);
    if (nesting.brackets + nesting.indicators > MAX_NESTING)
      return [{ offset, message: `is nested deeper than ${MAX_NESTING} levels` }];
  }
  return problems;
}

interface Token {
  readonly offset: number;
  readonly type: string;
  readonly source: string;
}

/** The lexer's tokens with their offsets. Its marks for "document", "scalar follows" and "flow error" take no place in the text. */
function* tokens(text: string): Generator<Token> {
  let offset = 0;
  let scalarFollows = false;
  for (const source of new Lexer().lex(text)) {
    const isMark: boolean =
      !scalarFollows && (source === CST.DOCUMENT || source === CST.SCALAR || source === CST.FLOW_END);
    if (!isMark) {
      yield { offset, type: scalarFollows ? 'scalar' : (CST.tokenType(source) ?? 'unknown'), source };
      offset += source.length;
    }
    scalarFollows = isMark && source === CST.SCALAR;
  }
}

function forbidden(type: string, source: string): string | undefined {
  // A `%YAML 1.1` line would bring back `no` as false and merge keys, whatever version the parser was told.
  if (type === 'directive-line') return 'directives (lines that start with %) are not allowed';
  if (type === 'alias') return `the alias ${source} is not allowed: write the value out`;
  if (type === 'anchor') return `the anchor ${source} is not allowed: write the value out where it is used`;
  if (type === 'tag')
    return `the tag ${source} is not allowed: a value in quotes is text, one without is what it looks like`;
  return undefined;
}

interface Nesting {
  /** open brackets and braces */
  readonly brackets: number;
  /** `-` and `?` on this line: `- - - a` opens three lists without indenting */
  readonly indicators: number;
}

const START: Nesting = { brackets: 0, indicators: 0 };

function nestingAfter({ brackets, indicators }: Nesting, type: string): Nesting {
  if (type === 'flow-seq-start' || type === 'flow-map-start') return { brackets: brackets + 1, indicators };
  if (type === 'flow-seq-end' || type === 'flow-map-end') return { brackets: Math.max(0, brackets - 1), indicators };
  if (type === 'seq-item-ind' || type === 'explicit-key-ind') return { brackets, indicators: indicators + 1 };
  return type === 'newline' ? { brackets, indicators: 0 } : { brackets, indicators };
}

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
