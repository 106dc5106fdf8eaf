// The address to which the command line of a person leads for a verdict; or one that a stranger made to look like it.
import { type VerdictProposal, writeProposal } from '../../shared/verdict-proposal.ts';
import { signIn } from './person-browser.ts';
import type { TestBroker } from './test-broker.ts';

const TEN_MINUTES = 600_000;

/** The path, with the fragment. */
export async function proposedLink(
  broker: TestBroker,
  { name, request, ...more }: Partial<VerdictProposal> & { name: string; request: string },
): Promise<string> {
  const browser = await signIn(broker, name);
  const { principal } = (await browser.get('/v1/me')).body;
  const { binding } = (await browser.get(`/v1/requests/${request}`)).body.approval;
  const said = { verdict: 'approve', reason: 'I have read all of it.' } as const;
  const until = Date.now() + TEN_MINUTES;
  return `/requests/${request}#${writeProposal({ request, ...said, binding, principal, until, nonce: 'n'.repeat(22), ...more })}`;
}
