// Gives a lease back that nobody will use, and says in a sentence what that means for its credential, and never "revoked": that is for
// the broker's log to say (P8).
import { type Issued, leaseReturnSchema } from '../../shared/api.ts';
import { neverEnds } from '../../shared/issued-credential.ts';
import { callBroker } from './call-broker.ts';

interface Held {
  readonly brokerUrl: string;
  /** of the request, which stands for whoever asked */
  readonly requestSecret: string;
  readonly issued: Pick<Issued, 'lease_id' | 'expires_in'>;
}

export async function giveBack({ brokerUrl, requestSecret, issued }: Held, fetcher: typeof fetch): Promise<string> {
  const { lease_id: id } = issued;
  const headers = { authorization: `Bearer ${requestSecret}` };
  const address = `${brokerUrl}/v1/leases/${encodeURIComponent(id)}`;
  const { status, body } = await callBroker(address, { method: 'DELETE', headers }, fetcher);
  const returned = status === 200 ? leaseReturnSchema.safeParse(body).data : undefined;
  if (returned === undefined) {
    const left = neverEnds(issued) ? 'what it handed out never dies' : 'it ends by itself';
    return status === 204 ? `Lease ${id} had ended already` : `Lease ${id} could not be returned, and ${left}`;
  }
  const { revocation, upstream_expires_at: dies } = returned;
  if (revocation === 'immediate') return `Lease ${id} was returned, and the broker revokes its credential now`;
  return `Lease ${id} was returned, and its credential ${dies === null ? 'never dies' : `dies at ${dies}`}`;
}
