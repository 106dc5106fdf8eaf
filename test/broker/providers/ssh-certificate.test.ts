import { describe, expect, it } from 'vitest';
import { sshCertificateEnd } from '../../../broker/providers/ssh-certificate.ts';
import { sshCertificate } from '../../support/vault-engines.ts';

/** Made by OpenBao 2.7.2 with an RSA authority: the beginning, which is all that is read. */
const OF_OPENBAO =
  'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIDoRn0a4S+OZRgBF0UOeLvp3UDeWo3c1iBF9q1R085c7AAAAIOxUNWbwSxMaGOq/21nuh+Xs9RcHM5gG/tS16t6kx6ksUBQm3b9TuRYAAAABAAAATHZhdWx0LXRva2VuLWQ0YjkxZDY2MjBhMDNmY2FmMGI4NzYxNzJjZGI1YThkOGQ1ZjljNTY5NDA1MTZiOGU3MGI2MmE4MWVmMjFkMTEAAAAKAAAABmRlcGxveQAAAABrDVTLAAAAAGsNWG0AAAAA';

describe('the end of an SSH certificate', () => {
  it('is what it says itself', () => {
    expect(sshCertificateEnd(sshCertificate(1_796_036_700))).toBe(1_796_036_700_000);
    expect(sshCertificateEnd(OF_OPENBAO)).toBe(Date.parse('2026-11-30T11:05:17Z'));
  });

  it('is unknown for one without an end', () => {
    expect(sshCertificateEnd(sshCertificate(2n ** 64n - 1n))).toBeUndefined();
  });

  it.each([
    '',
    'ssh-ed25519 AAAA',
    'ssh-ed25519-cert-v01@openssh.com',
    'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1l',
    'a value',
  ])('is unknown for what is none: %j', (text) => {
    expect(sshCertificateEnd(text)).toBeUndefined();
  });

  it('is unknown for one of another length than it says', () => {
    const [type = '', blob = ''] = sshCertificate(1_796_036_700).split(' ');
    const bytes = Buffer.from(blob, 'base64');
    for (let length = 0; length < 150; length += 7)
      expect(sshCertificateEnd(`${type} ${bytes.subarray(0, length).toString('base64')}`)).toBeUndefined();
  });
});
