// AWS KMS as a real server on loopback: its JSON protocol, `GetPublicKey` and `Sign`, with real keys. It takes nothing that KMS
// would not: the target, the form of a Signature Version 4 header for this region and service, and each member of the input.
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signDigest } from './sign-digest.ts';

type Spec = 'ECC_NIST_P256' | 'RSA_3072' | 'ECC_NIST_P384';
type Trouble = 'denies' | 'hangs' | 'signs-with-another' | 'answers-rubbish' | 'disabled';

interface KmsKey {
  readonly spec: Spec;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const REGION = 'eu-west-1';
const ALGORITHM: Readonly<Record<Spec, string>> = {
  ECC_NIST_P256: 'ECDSA_SHA_256',
  ECC_NIST_P384: 'ECDSA_SHA_384',
  RSA_3072: 'RSASSA_PKCS1_V1_5_SHA_256',
};
const AUTHORIZATION = new RegExp(
  `^AWS4-HMAC-SHA256 Credential=[A-Z0-9]{16,}/\\d{8}/${REGION}/kms/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$`,
);

const makePair = (spec: Spec) =>
  spec === 'RSA_3072'
    ? generateKeyPairSync('rsa', { modulusLength: 3072 })
    : generateKeyPairSync('ec', { namedCurve: spec === 'ECC_NIST_P256' ? 'P-256' : 'P-384' });

export class KmsDouble {
  /** `Sign` or `GetPublicKey`, in order */
  readonly asked: string[] = [];
  /** `MessageType` of each `Sign` */
  readonly messageTypes: unknown[] = [];
  /** what was not as KMS's documents say */
  readonly complaints: string[] = [];
  trouble: Trouble | undefined;
  readonly #keys = new Map<string, KmsKey>();
  readonly #held = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Keeps no process alive. */
  unref(): this {
    this.#server.unref();
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Its ARN. */
  makeKey(spec: Spec): string {
    const arn = `arn:aws:kms:${REGION}:111122223333:key/${randomUUID()}`;
    this.#keys.set(arn, { spec, ...makePair(spec) });
    return arn;
  }

  /** Another key under a name that is in use: KMS would not. */
  swapKey(arn: string): void {
    const spec = this.#keys.get(arn)?.spec ?? 'ECC_NIST_P256';
    this.#keys.set(arn, { spec, ...makePair(spec) });
  }

  /** Whoever waits is told to ask again. */
  letGo(): void {
    for (const response of this.#held) response.writeHead(500).end();
    this.#held.clear();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const input = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
    const [, act = ''] = /^TrentService\.(Sign|GetPublicKey)$/.exec(String(request.headers['x-amz-target'])) ?? [];
    this.asked.push(act);
    this.complaints.push(...complaintsAbout(request), ...(act === 'Sign' ? complaintsAboutSign(input) : []));
    if (this.trouble === 'hangs') return void this.#held.add(response);
    const key = this.#keys.get(String(input['KeyId']));
    if (this.trouble === 'answers-rubbish') return void response.writeHead(200).end('<html>');
    if (this.trouble === 'denies') return fail(response, 'AccessDeniedException');
    if (this.trouble === 'disabled') return fail(response, 'DisabledException');
    if (key === undefined) return fail(response, 'NotFoundException');
    answer(response, act === 'Sign' ? this.#signed(key, input) : shown(key, input));
  }

  #signed({ spec, privateKey }: KmsKey, input: Record<string, unknown>): object {
    const { KeyId, Message, MessageType, SigningAlgorithm } = input;
    this.messageTypes.push(MessageType);
    if (SigningAlgorithm !== ALGORITHM[spec]) this.complaints.push(`${spec} signs no ${SigningAlgorithm}`);
    const by = this.trouble === 'signs-with-another' ? makePair(spec).privateKey : privateKey;
    const message = Buffer.from(String(Message), 'base64');
    const signature = MessageType === 'DIGEST' ? signDigest(message, by) : sign('sha256', message, by);
    return { KeyId, SigningAlgorithm, Signature: signature.toString('base64') };
  }
}

function shown({ spec, publicKey }: KmsKey, { KeyId }: Record<string, unknown>): object {
  return {
    ...{ KeyId, KeySpec: spec, KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: [ALGORITHM[spec]] },
    PublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

function complaintsAbout({ headers, method, url }: IncomingMessage): string[] {
  const [, signedHeaders = ''] = AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  const wanted = ['host', 'x-amz-date'].filter((name) => !signedHeaders.split(';').includes(name));
  return [
    ...(method === 'POST' && url === '/' ? [] : [`${method} ${url}`]),
    ...(headers['content-type'] === 'application/x-amz-json-1.1' ? [] : [`content type ${headers['content-type']}`]),
    ...wanted.map((name) => `${name} is not signed: ${headers.authorization}`),
  ];
}

const SIGN_MEMBERS = ['KeyId', 'Message', 'MessageType', 'SigningAlgorithm'];

function complaintsAboutSign(input: Record<string, unknown>): string[] {
  const message = Buffer.from(String(input['Message']), 'base64');
  return [
    ...(Object.keys(input).sort().join() === SIGN_MEMBERS.join() ? [] : [`members ${Object.keys(input)}`]),
    ...(['RAW', 'DIGEST'].includes(String(input['MessageType'])) ? [] : [`message type ${input['MessageType']}`]),
    ...(input['MessageType'] !== 'DIGEST' || message.length === 32 ? [] : [`a digest of ${message.length} bytes`]),
    // KMS takes no more in one call.
    ...(message.length > 0 && message.length <= 4096 ? [] : [`a message of ${message.length} bytes`]),
  ];
}

const answer = (response: ServerResponse, body: object, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));

const fail = (response: ServerResponse, type: string): void =>
  answer(response, { __type: type, message: `${type} by the double` }, 400);
