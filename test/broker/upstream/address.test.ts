import { describe, expect, test } from 'vitest';
import { addressProblem } from '../../../broker/upstream/address.ts';

const PUBLIC = ['140.82.112.3', '1.1.1.1', '100.63.255.255', '172.32.0.1', '2606:50c0:8000::153', '64:ff9b::8c52:7003'];
const PRIVATE = ['10.0.0.7', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fd12:3456::1', 'fc00::1'];
const LOOPBACK = ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'];
const NOWHERE = [
  ...['0.0.0.0', '0.1.2.3', '169.254.169.254', '169.254.170.2', '192.0.0.192', '168.63.129.16'],
  ...['192.0.2.1', '192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.7'],
  ...['224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
  ...['::', '::2', '::a00:7', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '100::1', '4000::1'],
  ...['2001::1', '2001:db8::1', '2002:a00:7::1', '2002:8c52:7003::1', '3fff::1', '64:ff9b:1::1'],
  ...['64:ff9b::7f00:1', '64:ff9b::a00:7', '64:ff9b::a9fe:a9fe', '::ffff:169.254.169.254', '::ffff:140.82.112.3'],
  ...['localhost', '', '1.2.3', '1.2.3.4.5'],
];

describe('an address on the other side', () => {
  test.for(PUBLIC)('%s is public', (address) => {
    expect(addressProblem(address, 'public')).toBeUndefined();
    expect(addressProblem(address, 'private')).toBeUndefined();
    expect(addressProblem(address, 'loopback')).toBe(`at ${address}, which is not this machine: http never leaves it`);
  });

  test.for(PRIVATE)('%s needs `private-network`', (address) => {
    expect(addressProblem(address, 'public')).toBe(
      `at the private address ${address}: only \`private-network: true\` allows that`,
    );
    expect(addressProblem(address, 'private')).toBeUndefined();
    expect(addressProblem(address, 'loopback')).toContain('not this machine');
  });

  test.for(LOOPBACK)('%s is this machine', (address) => {
    expect(addressProblem(address, 'public')).toBe(
      `at the loopback address ${address}: only \`private-network: true\` allows that`,
    );
    expect(addressProblem(address, 'private')).toBeUndefined();
    expect(addressProblem(address, 'loopback')).toBeUndefined();
  });

  test.for(NOWHERE)('%j is refused whatever is allowed', (address) => {
    for (const reach of ['public', 'private', 'loopback'] as const)
      expect(addressProblem(address, reach)).toBe(
        `at ${address}, where nothing is ever asked: it is link-local, reserved or no address at all`,
      );
  });

  test('a private address is one in its IPv6 spelling too', () => {
    expect(addressProblem('::ffff:10.0.0.7', 'public')).toContain('the private address');
    expect(addressProblem('::ffff:10.0.0.7', 'private')).toBeUndefined();
  });
});
