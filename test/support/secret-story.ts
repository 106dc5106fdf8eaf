// A broker with a story going on: whatever secret goes in or comes out is remembered, and so is every answer.
import { readFileSync } from 'node:fs';
import { systemEntropy } from '../../broker/clock.ts';
import { keyEncryptionKey, openSigningKeys } from '../../broker/keys/signing-keys.ts';
import { SecretSearch } from './secret-search.ts';
import { type Answer, type AskOptions, newSecret, TestBroker, type TestBrokerOptions } from './test-broker.ts';
import type { Mood } from './test-provider.ts';

const TEST_CREDENTIAL = 'test-credential-';
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/** Whatever the broker shows to anybody who looks. Another address to search is another line. */
const ADDRESSES = [
  '/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/log/checkpoint',
  '/log/key',
  '/log/key-changes',
  '/log/tile/0/000',
  '/.well-known/jwks.json',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/v1/log/entries',
  '/openapi.json',
];

export class SecretStory {
  readonly broker: TestBroker;
  readonly search = new SecretSearch();
  readonly answers: Answer[] = [];

  private constructor(broker: TestBroker) {
    this.broker = broker;
  }

  static async start(options: TestBrokerOptions = {}): Promise<SecretStory> {
    const story = new SecretStory(await TestBroker.start({ background: 'by-hand', ...options }));
    await story.#addKeys();
    return story;
  }

  async ask(name: string, options: AskOptions = {}): Promise<Answer> {
    const { secret = newSecret(), token = await this.broker.token(options.claims) } = options;
    this.search.addToken(`the subject token of ${name}`, token);
    if (secret !== null) this.search.add(`the request_secret of ${name}`, secret);
    const answer = await this.broker.ask({ ...options, secret, token });
    if (answer.status === 200)
      for (const value of valuesOf(answer)) this.#addCredential(`the credential of ${name}`, value);
    return this.keep(answer);
  }

  keep(answer: Answer): Answer {
    this.answers.push(answer);
    return answer;
  }

  async token(name: string): Promise<string> {
    const token = await this.broker.token();
    this.search.addToken(`the subject token of ${name}`, token);
    return token;
  }

  async upstream(mood: Mood): Promise<Answer> {
    this.broker.provider.mood = mood;
    const answer = await this.ask(`an upstream that ${mood}`, { scope: 'shop/upstream' });
    // Also what was withheld; the same value is the handle that it is revoked by.
    for (const credential of this.broker.provider.issued)
      this.#addCredential('a credential of the upstream', credential);
    return answer;
  }

  async visitAll(...more: readonly string[]): Promise<void> {
    for (const path of [...ADDRESSES, ...more]) this.keep(await this.broker.fetch(path));
  }

  /** What is in an answer that must not be: a credential may be in the one that delivers it, and nothing else may. */
  leaksOf(answer: Answer): string[] {
    return this.search.find(JSON.stringify([...answer.headers]) + answer.text, valuesOf(answer));
  }

  #addCredential(name: string, credential: string): void {
    if (credential.startsWith(TEST_CREDENTIAL)) this.search.add(name, credential.slice(TEST_CREDENTIAL.length));
    // What others make has a form of its own.
    else if (credential.startsWith('eyJ')) this.search.addToken(name, credential);
    else this.search.add(name, credential);
  }

  /** The key-encryption key, and all that is private in the keys: the same bytes are in their PEM and DER. */
  async #addKeys(): Promise<void> {
    const kek = readFileSync(this.broker.config.keys.encryptionKeyFile, 'utf8').trim();
    this.search.add('the key-encryption key', kek);
    this.search.add('the key-encryption key', Buffer.from(kek, 'base64'));
    this.search.add('the beginning of a private key', 'BEGIN PRIVATE KEY');
    const rows = await this.broker.running.store.read((tx) => tx.signingKeys.all());
    const keys = openSigningKeys(rows, keyEncryptionKey(Buffer.from(kek, 'base64'), systemEntropy));
    for (const key of [...keys.published, ...keys.log.published]) {
      if (key.held !== 'here') continue;
      const { algorithm } = key;
      const jwk = key.privateKey.export({ format: 'jwk' });
      for (const member of PRIVATE_MEMBERS) {
        const value = jwk[member];
        if (typeof value === 'string') this.search.add(`${member} of the private key for ${algorithm}`, value);
      }
    }
  }
}

/** What an answer delivers: its one token, or each of its values. */
function valuesOf({ body }: Answer): readonly string[] {
  if (typeof body?.access_token !== 'string') return [];
  return body.token_type === 'Bearer' ? [body.access_token] : Object.values(body.credential);
}
