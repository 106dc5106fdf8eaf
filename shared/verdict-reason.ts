// What a reason of a verdict or of an order may be, for the page and the command line, before the broker is asked (its schemas:
// people-api.ts, access-api.ts).

const LONGEST_REASON = 500;

/** What is wrong with it, as a sentence; undefined where nothing is. */
export function reasonProblem(reason: string, longest = LONGEST_REASON): string | undefined {
  if (reason.length > longest) return `It has ${reason.length} characters; ${longest} fit.`;
  return /[\p{Cc}\p{Bidi_Control}]/u.test(reason)
    ? 'It has a line break or a control character in it; write it on one line.'
    : undefined;
}
