// The certificate authorities of one host (`ca-file`), read when the configuration is: a file that would only fail at the
// first connection, hours later, stops the start instead.
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

export type Authorities = { readonly pem: string } | { readonly problem: string };

/** The certificates of a PEM file, and nothing else that stands in it; or what is wrong with it, naming the file. */
export async function readAuthorities(file: string): Promise<Authorities> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (text instanceof Error) {
    const reason = text.code === 'ENOENT' ? 'there is no such file' : text.message;
    return { problem: `"${file}" cannot be read: ${reason}` };
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0)
    return { problem: `"${file}" holds no certificate: it must be PEM, with lines -----BEGIN CERTIFICATE-----` };
  const damaged = certificates.findIndex((certificate) => !isCertificate(certificate));
  if (damaged !== -1)
    return { problem: `"${file}": its certificate ${damaged + 1} cannot be read: put the right one there` };
  return { pem: certificates.join('\n') };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
