// What kept a connection from being made or an answer from coming, for people: the words of the system, where there are any that
// can be read.

/** Of `https` at a port that speaks plain HTTP; OpenSSL tells it in words of its own source files. */
const NO_TLS = /wrong version number|packet length too long/i;

/** Takes what `fetch` threw, or what a request ended with. */
export function connectionProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch itself only says that it failed; what happened is behind it.
  if (error.cause instanceof Error) return connectionProblem(error.cause);
  if (NO_TLS.test(error.message)) return 'what answers there does not speak TLS: is the address, with its port, right?';
  // Where a name has several addresses Node reports one error for all of them, with an empty message.
  return error.message || String((error as { code?: unknown }).code ?? error.name);
}
