// Text from outside (the broker, a proxy, an input) made harmless to print: one line, no control or invisible
// characters, and nothing that the runner would take for a command.

import { HIDDEN } from '../shared/invisible.ts';

const NOT_SEEN = new RegExp(`[${HIDDEN}]`, 'gu');

/** The text as one line that can't be a workflow command. */
export function plain(text: string): string {
  return (
    text
      .replace(/[^\S ]+/gu, ' ')
      .replace(NOT_SEEN, '\u{fffd}')
      // The runner finds `##[command]` anywhere in a line; `##[stop-commands]x` would make it ignore our masks.
      .replaceAll('##[', '## [')
      // and `::command::` where a line begins, leading spaces apart.
      .replace(/^ *::/u, ': :')
  );
}
