// Which addresses the broker connects to by itself. A name may lead anywhere, and to another place at the next look (DNS
// rebinding), so what is judged is the address that a connection is really made to. What is not certainly public is not.
import { BlockList, isIP } from 'node:net';

/** How far the host that the operator named may be: `private` takes public addresses too, `loopback` nothing else. */
export type Reach = 'public' | 'private' | 'loopback';

/** Why `address` must not be connected to, as the end of a sentence; undefined where it may be. */
export function addressProblem(address: string, reach: Reach): string | undefined {
  const kind = kindOf(address);
  if (kind === 'nowhere')
    return `at ${address}, where nothing is ever asked: it is link-local, reserved or no address at all`;
  if (kind === reach || reach === 'private') return undefined;
  if (reach === 'loopback') return `at ${address}, which is not this machine: http never leaves it`;
  return `at the ${kind} address ${address}: only \`private-network: true\` allows that`;
}

/** Networks as address and prefix length: RFC 6890 with its registries, and what clouds have put elsewhere. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];
const NOWHERE_V4 = [
  '0.0.0.0/8',
  // The metadata services of clouds, which hand credentials to whoever asks from inside; the last one is Azure's.
  '169.254.0.0/16',
  '192.0.0.0/24',
  '168.63.129.16/32',
  // Documentation, old relays, benchmarks; then multicast, reserved and broadcast.
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** The part of IPv6 that has been given out, and NAT64 (RFC 6052), behind which networks without IPv4 see the rest. */
const GLOBAL_V6 = ['2000::/3', '64:ff9b::/96'];
/** Protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address of anybody's choice. */
const NOWHERE_V6 = ['2001::/23', '2001:db8::/32', '3fff::/20', '2002::/16'];

const networks = (list: readonly string[]): BlockList => {
  const all = new BlockList();
  for (const network of list) {
    const [address = '', prefix] = network.split('/');
    all.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return all;
};

/** The same networks as NAT64 writes them: an IPv4 address inside an IPv6 one leads to where it would lead by itself. */
const behindNat64 = (list: readonly string[]): string[] =>
  list
    .map((network) => network.split('/'))
    .map(([address = '', prefix]) => `64:ff9b::${address}/${96 + Number(prefix)}`);

const isV4 = (network: string): boolean => !network.includes(':');
const loopback = networks(LOOPBACK);
const privateUse = networks(PRIVATE);
const globalV6 = networks(GLOBAL_V6);
const nowhere = networks([
  ...NOWHERE_V4,
  ...NOWHERE_V6,
  ...behindNat64([...LOOPBACK, ...PRIVATE, ...NOWHERE_V4].filter(isV4)),
]);

function kindOf(address: string): Reach | 'nowhere' {
  const version = isIP(address);
  // The lists know no text that is no address; they know an IPv4 address in its IPv6 spelling (::ffff:127.0.0.1) too.
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, family)) return 'loopback';
  if (privateUse.check(address, family)) return 'private';
  if (nowhere.check(address, family)) return 'nowhere';
  return version === 4 || globalV6.check(address, 'ipv6') ? 'public' : 'nowhere';
}
