// A verdict that a command line proposes: in the fragment of a link, so that no server, proxy or log reads it, and with a code that
// terminal and page both make of it. It gives nothing by itself: anybody could write such a link, so the page says where the words
// come from, and a verdict is what the person who is signed in there then presses (docs/decisions/0027).
import { shortCode } from './short-code.ts';
import { reasonProblem } from './verdict-reason.ts';

export interface VerdictProposal {
  readonly request: string;
  readonly verdict: 'approve' | 'reject';
  readonly reason: string;
  /** of what the terminal showed */
  readonly binding: string;
  /** the person who is logged in there */
  readonly principal: string;
  /** epoch milliseconds: the terminal waits no longer */
  readonly until: number;
  /** so that no two have the same code */
  readonly nonce: string;
}

const MARK = 'propose';

/** The fragment of a link to the page of its request, without `#`. */
export function writeProposal({ verdict, reason, binding, principal, until, nonce }: VerdictProposal): string {
  const parameters = { [MARK]: verdict, reason, binding, for: principal, until: String(until), nonce };
  return new URLSearchParams(parameters).toString();
}

/** Undefined for whatever is not one that a command line wrote. */
export function readProposal(request: string, fragment: string): VerdictProposal | undefined {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''));
  const of = (name: string): string => parameters.get(name) ?? '';
  const [verdict, reason, binding] = [of(MARK), of('reason'), of('binding')];
  const [principal, until, nonce] = [of('for'), of('until'), of('nonce')];
  if (verdict !== 'approve' && verdict !== 'reject') return undefined;
  if (reason.trim() === '' || reasonProblem(reason) !== undefined) return undefined;
  const isWhole = /^[0-9a-f]{64}$/.test(binding) && /^prn_[\w-]{1,96}$/.test(principal) && /^[0-9]{13}$/.test(until);
  if (!isWhole || !/^[\w-]{16,64}$/.test(nonce)) return undefined;
  return { request, verdict, reason, binding, principal, until: Number(until), nonce };
}

/** What terminal and page both show of it: of every word in it, so that no other proposal passes for it. */
export async function proposalCode(proposal: VerdictProposal): Promise<string> {
  const { request, verdict, reason, binding, principal, until, nonce } = proposal;
  const words = JSON.stringify([request, verdict, reason, binding, principal, until, nonce]);
  return shortCode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(words))));
}
