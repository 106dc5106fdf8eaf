// Whether a text looks like a secret that somebody wrote into a workflow. What does is never repeated anywhere: what this tool
// prints ends up in terminals, tickets and the logs of jobs.

/** How the tokens of well-known services begin. */
const KNOWN =
  /(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{20,}|pypi-[\w-]{20,}|xox[abpros]-[\w-]{10,}|AIza[\w-]{30,}|hv[sbr]\.[\w-]{20,}|dckr_pat_[\w-]{20,}|sk_live_\w{16,}|-----BEGIN [A-Z ]*PRIVATE KEY|eyJ[\w-]{10}|:\/\/[^/\s:@]+:[^/\s:@]+@/;

/** Unbroken runs long enough for a key. A commit (40 or 64 hexadecimal digits) and an id (UUID) are none. */
const RUN = /[A-Za-z0-9+/_=-]{28,}/g;
const HARMLESS = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/;

export function looksSecret(text: string): boolean {
  if (KNOWN.test(text)) return true;
  return [...text.matchAll(RUN)].some(([run]) => !HARMLESS.test(run) && isRandom(run));
}

/** Letters of both cases and digits, mixed all over: words and paths are not. */
function isRandom(marked: string): boolean {
  const run = marked.replace(/[^A-Za-z0-9]/g, '');
  const changes = [...run].filter(
    (character, at) => at > 0 && classOf(character) !== classOf(run.charAt(at - 1)),
  ).length;
  const classes = new Set([...run].map(classOf));
  return ['upper', 'lower', 'digit'].every((one) => classes.has(one)) && changes * 3 > run.length;
}

function classOf(character: string): string {
  if (/[0-9]/.test(character)) return 'digit';
  return /[A-Z]/.test(character) ? 'upper' : 'lower';
}

/** What GitHub evaluates in a text, and the rest. */
export function splitExpressions(text: string): { readonly inside: readonly string[]; readonly outside: string } {
  const inside: string[] = [];
  const outside = replaceExpressions(text, (inner) => {
    inside.push(inner);
    return '';
  });
  return { inside, outside };
}

/** By hand: a pattern would look from every start to the end. */
export function replaceExpressions(text: string, replaced: (inner: string) => string): string {
  let result = '';
  let at = 0;
  for (let start = text.indexOf('${{'); start !== -1; start = text.indexOf('${{', at)) {
    const end = text.indexOf('}}', start);
    if (end === -1) break;
    result += text.slice(at, start) + replaced(text.slice(start + 3, end));
    at = end + 2;
  }
  return result + text.slice(at);
}

/** A value of a workflow as it may be repeated. */
export const repeatable = (text: string): string =>
  looksSecret(text)
    ? '(not repeated: it looks like a secret)'
    : text.length > 120
      ? `${text.slice(0, 120).toWellFormed()}…`
      : text;
