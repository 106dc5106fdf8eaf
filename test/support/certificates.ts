// Certificates for servers on loopback, made anew for each test: just enough X.509 (RFC 5280) in DER to be verified.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Authority {
  /** PEM, for whoever shall trust it */
  readonly pem: string;
  /** A certificate for a name (`localhost` unless given) with its key, signed by this authority. */
  serverTls(host?: string): { readonly key: string; readonly cert: string };
}

export function createAuthority(name = 'Test authority'): Authority {
  const own = newKeys();
  const certify = (subject: string, publicKey: KeyObject, extensions: Buffer): string => {
    const certificate = { issuer: name, subject, publicKey, extensions };
    return pem(signed(certificate, own.privateKey));
  };
  return {
    pem: certify(name, own.publicKey, extension('551d13', sequence(BOOLEAN_TRUE))),
    serverTls(host = 'localhost') {
      const { publicKey, privateKey } = newKeys();
      const names = sequence(der(0x82, Buffer.from(host)));
      return {
        key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
        cert: certify(host, publicKey, extension('551d11', names)),
      };
    },
  };
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Certificate {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: Buffer;
}

function signed({ issuer, subject, publicKey, extensions }: Certificate, privateKey: KeyObject): Buffer {
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_SHA256,
    nameOf(issuer),
    sequence(time('20200101000000Z'), time('21200101000000Z')),
    nameOf(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(extensions)),
  );
  return sequence(body, ECDSA_SHA256, der(0x03, Buffer.from([0]), sign('sha256', body, privateKey)));
}

/** Tag, length, contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const time = (text: string): Buffer => der(0x18, Buffer.from(text));
const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))));
const extension = (hex: string, value: Buffer): Buffer => sequence(oid(hex), der(0x04, value));
const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n')}\n-----END CERTIFICATE-----\n`;

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const BOOLEAN_TRUE = der(0x01, Buffer.from([0xff]));
