// What a reason of a verdict may be, for the page and the command line, before the broker is asked (its schema: people-api.ts).

const LONGEST_REASON = 500;

/** What is wrong with it, as a sentence; undefined where nothing is. */
export function reasonProblem(reason: string): string | undefined {
  if (reason.length > LONGEST_REASON) return `It has ${reason.length} characters; ${LONGEST_REASON} fit.`;
  return /[\p{Cc}\p{Bidi_Control}]/u.test(reason)
    ? 'It has a line break or a control character in it; write it on one line.'
    : undefined;
}
