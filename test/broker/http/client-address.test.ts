import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClientAddresses } from '../../../broker/http/client-address.ts';

function addressOf(remoteAddress: string, forwarded?: string, trusted: readonly string[] = []): string | undefined {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return createClientAddresses(trusted).of({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
}

describe('the address of a client', () => {
  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::198.51.100.7', '64:ff9b:0:0::/64'],
  ])('%s counts as %s', (address, key) => {
    expect(addressOf(address)).toBe(key);
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '', 'nonsense'])(
    'counts as nobody’s where it is this machine itself, or cannot be known: "%s"',
    (address) => {
      expect(addressOf(address)).toBeUndefined();
    },
  );

  it('is that of the connection, whatever a stranger says', () => {
    expect(addressOf('198.51.100.7', '203.0.113.1')).toBe('198.51.100.7');
    expect(addressOf('198.51.100.7', '203.0.113.1', ['10.0.3.7'])).toBe('198.51.100.7');
  });

  it.each([
    ['203.0.113.1', '203.0.113.1'],
    ['203.0.113.1:4711', '203.0.113.1'],
    ['[2001:db8:1:2::5]:4711', '2001:db8:1:2::/64'],
    ['1.1.1.1, 203.0.113.1', '203.0.113.1'],
    ['1.1.1.1, 203.0.113.1, 10.0.4.9', '203.0.113.1'],
    ['1.1.1.1,10.0.4.9 , 10.0.3.7', '1.1.1.1'],
    ['10.0.4.1, 10.0.4.9', '10.0.3.7'],
    ['203.0.113.1, nonsense', '10.0.3.7'],
    ['203.0.113.1,', '10.0.3.7'],
    ['', '10.0.3.7'],
    [undefined, '10.0.3.7'],
  ])('behind trusted proxies is the hop before the first that nobody vouches for: %s is %s', (forwarded, key) => {
    expect(addressOf('10.0.3.7', forwarded, ['10.0.3.7', '10.0.4.0/24'])).toBe(key);
  });

  it('of a connection is nobody’s where it is a trusted proxy', () => {
    const addresses = createClientAddresses(['10.0.3.7']);
    expect(['10.0.3.7', '::ffff:10.0.3.7', '127.0.0.1', undefined].map(addresses.ofPeer)).toEqual(
      Array(4).fill(undefined),
    );
    expect(addresses.ofPeer('198.51.100.7')).toBe('198.51.100.7');
  });
});
