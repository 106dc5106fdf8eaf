import { describe, expect, it } from 'vitest';
import { sshCertificateEnd } from '../../../broker/providers/ssh-certificate.ts';
import { sshCertificate } from '../../support/vault-engines.ts';

/** Made by OpenBao 2.7.2 with an RSA authority: the beginning, which is all that is read. */
const OF_OPENBAO =
  'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIDoRn0a4S+OZRgBF0UOeLvp3UDeWo3c1iBF9q1R085c7AAAAIOxUNWbwSxMaGOq/21nuh+Xs9RcHM5gG/tS16t6kx6ksUBQm3b9TuRYAAAABAAAATHZhdWx0LXRva2VuLWQ0YjkxZDY2MjBhMDNmY2FmMGI4NzYxNzJjZGI1YThkOGQ1ZjljNTY5NDA1MTZiOGU3MGI2MmE4MWVmMjFkMTEAAAAKAAAABmRlcGxveQAAAABrDVTLAAAAAGsNWG0AAAAA';

/** Made by OpenSSH 9.2 for keys of each other type, likewise. */
const OF_OPENSSH = [
  'ecdsa-sha2-nistp256-cert-v01@openssh.com AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgHkTVt6vyWJxqXkypi/mqzBQP5UMCbncPx3z7FdVOvv4AAAAIbmlzdHAyNTYAAABBBJnSpIDit+JuBEKR2lqjhjYk+aA5FRz4+jYXc/Xj+VvYjOEqGC/PuX31fNpof4tcH9Xzgq/7+TBq54kg/FKazhcAAAAAAAAABwAAAAEAAAAGZGVwbG95AAAACgAAAAZkZXBsb3kAAAAAaw1XMAAAAABrDVq0',
  'ecdsa-sha2-nistp384-cert-v01@openssh.com AAAAKGVjZHNhLXNoYTItbmlzdHAzODQtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgwdFGVWRN76/G3r4KNMzD8WINVnJ0JPXr3K5MVQzOC4kAAAAIbmlzdHAzODQAAABhBBBiQ/GGJOnSw9bUlEz96sRXD88PmVngM6QQZAP8ZFFttS2ZV+nxU8QNziaoAn6rQNnhrUm5O8mC+pB0ZsYR+QurtwllzWjE/CDrkKZHP2I+fY7fNXeJq8SkELZAfeepPwAAAAAAAAAHAAAAAQAAAAZkZXBsb3kAAAAKAAAABmRlcGxveQAAAABrDVcwAAAAAGsNWrQA',
  'ecdsa-sha2-nistp521-cert-v01@openssh.com AAAAKGVjZHNhLXNoYTItbmlzdHA1MjEtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgPDg0IKvueGZxiEjOGy0KDGomNggn10L+Q/zsYT/+Z4AAAAAIbmlzdHA1MjEAAACFBAGC9Qen2DZX4+sJs7TyFBO/5LYu87bu0PVKQ4PUUCkaWKmb7hwrSyUoNr6qLISxq5xzYVv0akwkwBM7PrLFNMsvRwBgt0mrcsLvDC4jlSN1Ubl0EBl/HMqbm3ht7PcoBqhVBjjyfgqZ/DgM04IKVeVZYQqhnPM8Se1+ds+68F2RDLvzBwAAAAAAAAAHAAAAAQAAAAZkZXBsb3kAAAAKAAAABmRlcGxveQAAAABrDVcwAAAAAGsNWrQA',
  'ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgikAFarTjZjMNvA6trDFWacGi8Yn3jPnTqJ15yaqnQEYAAAADAQABAAAAgQDBJuvLHmkzzhKHRrhleXAKr/jgQrpy+wASp8P45ohGLWgoJyZDxMNsYMr4T380X+ttrBWwM4LD7Yv6AvH7XNffd09ScG0o6tLAN7f0mPoV1I7nrimR3Hq2tvkvvGOlkztXW/JgyEVefvpUM4gokUMcVtkHX64cW/zTE/1lY608KwAAAAAAAAAHAAAAAQAAAAZkZXBsb3kAAAAKAAAABmRlcGxveQAAAABrDVcwAAAAAGsNWrQA',
];

describe('the end of an SSH certificate', () => {
  it.each(OF_OPENSSH)('stands at another place for each type of key: %.32s', (line) => {
    expect(sshCertificateEnd(line)).toBe(Date.parse('2026-11-30T11:15:00Z'));
  });

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
    `constructor ${Buffer.alloc(60).toString('base64')}`,
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
