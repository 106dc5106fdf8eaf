// The only way to print. Every line is cleaned of secrets and made harmless first, so that no answer of a broker, however
// hostile, can show a secret or give the runner a command.
import type * as Core from '@actions/core';
import { maskForms } from './masks.ts';
import { plain } from './plain-text.ts';

type Printer = Pick<typeof Core, 'info' | 'warning' | 'error' | 'startGroup' | 'endGroup' | 'setSecret'>;

export interface JobLog {
  /** Has the runner hide these values from here on; we print none of them either. */
  mask(values: readonly string[]): void;
  info(...lines: string[]): void;
  group(title: string, lines: readonly string[]): void;
  /** annotations: a title, and lines that say what to do */
  warning(title: string, ...lines: readonly string[]): void;
  error(title: string, ...lines: readonly string[]): void;
  /** The text without any masked value: for what is written elsewhere than to the log. */
  redact(text: string): string;
}

/** GitHub keeps 4,096 characters of an annotation: no line of a long answer may push out the others. */
const MAX_ANNOTATED_CHARACTERS = 400;

export function createJobLog(printer: Printer): JobLog {
  const hidden = new Set<string>();
  const redact = (text: string): string =>
    longestFirst(hidden).reduce((rest, form) => rest.replaceAll(form, '***'), text);
  const clean = (text: string): string => plain(redact(text));
  // Cut after cleaning: half a secret would not be recognised.
  const annotated = (lines: readonly string[]): string => lines.map((line) => cut(clean(line))).join('\n');
  return {
    mask(values) {
      for (const form of values.flatMap(maskForms).filter((one) => !hidden.has(one))) {
        hidden.add(form);
        printer.setSecret(form);
      }
    },
    info(...lines) {
      for (const line of lines) printer.info(clean(line));
    },
    group(title, lines) {
      printer.startGroup(clean(title));
      for (const line of lines) printer.info(clean(line));
      printer.endGroup();
    },
    warning: (title, ...lines) => printer.warning(annotated(lines), { title: clean(title) }),
    error: (title, ...lines) => printer.error(annotated(lines), { title: clean(title) }),
    redact,
  };
}

const cut = (line: string): string =>
  line.length > MAX_ANNOTATED_CHARACTERS ? `${line.slice(0, MAX_ANNOTATED_CHARACTERS)}…` : line;

/** A part must not be replaced before the whole that contains it. */
const longestFirst = (values: Iterable<string>): string[] => [...values].sort((a, b) => b.length - a.length);
