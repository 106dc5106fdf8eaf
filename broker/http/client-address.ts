// Who a request comes from, as far as an address says: for limits, and for nothing that is decided.
// Only proxies that the configuration names are believed about others, and only as far as the hop before the first that it does
// not name; whatever stands left of that anybody may have written (T50).
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

export interface ClientAddresses {
  /** The key that limits count by; undefined for this machine itself, whose address may stand for everybody's. */
  of(request: IncomingMessage): string | undefined;
  /** The same for a connection, where nobody has been believed yet: undefined for trusted proxies too. */
  ofPeer(address: string | undefined): string | undefined;
}

export function createClientAddresses(trustedProxies: readonly string[]): ClientAddresses {
  const trusted = blockListOf(trustedProxies);
  const loopback = blockListOf(['127.0.0.0/8', '::1']);
  const isIn = (list: BlockList, address: string): boolean =>
    list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const keyOf = (address: string): string | undefined => (isIn(loopback, address) ? undefined : networkOf(address));
  return {
    of(request) {
      const peer = plain(request.socket.remoteAddress ?? '');
      if (isIP(peer) === 0) return undefined;
      if (trustedProxies.length === 0 || !isIn(trusted, peer)) return keyOf(peer);
      const forwarded = String(request.headers['x-forwarded-for'] ?? '');
      const hops = forwarded.split(',').map((hop) => plain(hop.trim()));
      const client = hops.findLast((hop) => isIP(hop) === 0 || !isIn(trusted, hop));
      // A trusted proxy that says nothing readable answers for it itself.
      return client === undefined || isIP(client) === 0 ? networkOf(peer) : networkOf(client);
    },
    ofPeer(address = '') {
      const peer = plain(address);
      return isIP(peer) === 0 || isIn(trusted, peer) ? undefined : keyOf(peer);
    },
  };
}

/** @throws Error where one is neither an address nor a network */
function blockListOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = '', prefix] = text.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** Without the port that some proxies add, and IPv4 as itself where a socket of IPv6 shows it. */
function plain(address: string): string {
  const [, bare = address] = /^\[(.+)\](?::\d+)?$/.exec(address) ?? /^([\d.]+):\d+$/.exec(address) ?? [];
  const [, mapped = bare] = /^::ffff:([\d.]+)$/i.exec(bare) ?? [];
  return mapped;
}

/** An IPv4 address, or the /64 of an IPv6 one: less than that nobody is given, and whoever has it has 2⁶⁴ addresses. */
function networkOf(address: string): string {
  if (isIP(address) === 4) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

function groupsOf(text: string): string[] {
  if (text === '') return [];
  // The last 32 bits may be written as IPv4; they are beyond the /64.
  return text
    .replace(/[\d.]+\.[\d.]+$/, '0:0')
    .split(':')
    .map((group) => Number.parseInt(group, 16).toString(16));
}
