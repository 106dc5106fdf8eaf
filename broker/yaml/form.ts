// What a YAML text may not contain, found in its tokens before anything is built from them: directives, anchors, aliases, tags,
// characters that a reviewer cannot see, and nesting deep enough to exhaust the parser's stack.
import { CST, Lexer } from 'yaml';
import { firstInvisible } from '../../shared/invisible.ts';

export interface FormProblem {
  readonly offset: number;
  readonly message: string;
}

/** Policies need 8; a parser that recurses needs a limit. */
const MAX_NESTING = 32;

/** A parser's work grows with the lines; more of them in 64 KiB are not written for people. */
const MAX_LINES = 8_000;

/** `lexemes`: the text as the parser's lexer takes it apart, where that is at hand. */
export function formProblems(text: string, lexemes: Iterable<string> = new Lexer().lex(text)): FormProblem[] {
  if (!text.isWellFormed()) return [{ offset: 0, message: 'is not well-formed Unicode: save the file as UTF-8' }];
  // Of the same length, so that places stay true; a carriage return without its line feed is one that is not seen.
  const unseen = firstInvisible(text.replaceAll('\r\n', ' \n'), '\t\n');
  if (unseen !== undefined) return [{ offset: unseen.index, message: unseen.message }];
  if (text.split('\n', MAX_LINES + 2).length > MAX_LINES + 1)
    return [{ offset: 0, message: `has more than ${MAX_LINES} lines` }];
  const problems: FormProblem[] = [];
  let nesting = START;
  for (const { offset, type, source } of tokens(lexemes)) {
    const message = forbidden(type, source);
    if (message !== undefined) problems.push({ offset, message });
    nesting = nestingAfter(nesting, type);
    if (nesting.brackets + nesting.indicators > MAX_NESTING)
      return [{ offset, message: `is nested deeper than ${MAX_NESTING} levels` }];
  }
  return problems;
}

/** Whether a parser would have much to do with it: found out without one, for texts that are not held to the strict form. */
export function isLaborious(text: string, { levels, parts }: { levels: number; parts: number }): boolean {
  let nesting = START;
  let count = 0;
  for (const { type } of tokens(new Lexer().lex(text))) {
    nesting = nestingAfter(nesting, type);
    count += 1;
    if (count > parts || nesting.brackets + nesting.indicators > levels) return true;
  }
  return false;
}

interface Token {
  readonly offset: number;
  readonly type: string;
  readonly source: string;
}

/** The lexer's tokens with their offsets. Its marks for "document", "scalar follows" and "flow error" take no place in the text. */
function* tokens(lexemes: Iterable<string>): Generator<Token> {
  let offset = 0;
  let scalarFollows = false;
  for (const source of lexemes) {
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
