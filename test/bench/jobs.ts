// The issuer of the measured jobs, and asks signed before the clock starts, so that no signing of ours is in a figure.
// Each ask is of a run of its own, in one of many repositories.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { pushToMain } from '../support/github-claims.ts';
import { formRequest } from './raw-client.ts';

export const BENCH_URL = 'https://buildpass.example.com';
export const REPOSITORIES = 64;
export const repositoryId = (at: number): string => String(500_000 + (at % REPOSITORIES));

const KID = 'bench';

export class BenchIssuer {
  readonly url: string;
  readonly #server: Server;
  readonly #key: KeyObject;
  #run = 1_000_000;

  private constructor(server: Server, url: string, key: KeyObject) {
    this.#server = server;
    this.url = url;
    this.#key = key;
  }

  static async start(): Promise<BenchIssuer> {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keys = [{ ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: KID }];
    const server = createServer((request, response) => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const discovery = { issuer: url, jwks_uri: `${url}/jwks`, id_token_signing_alg_values_supported: ['RS256'] };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(request.url === '/jwks' ? { keys } : discovery));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BenchIssuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, privateKey);
  }

  /** Asks of `POST /v1/token`, ready to be sent. */
  async asks(number: number, repository?: string): Promise<Buffer[]> {
    return Promise.all(Array.from({ length: number }, () => this.ask(repository)));
  }

  /** One of them. */
  async ask(repository?: string, scope = 'shop/publish-preview'): Promise<Buffer> {
    const form = new URLSearchParams({
      grant_type: GRANT_TYPE,
      subject_token: await this.subjectToken(repository),
      subject_token_type: ID_TOKEN_TYPE,
      scope,
      request_secret: randomBytes(32).toString('base64url'),
    });
    return formRequest('/v1/token', form);
  }

  nextRun(): number {
    this.#run += 1;
    return this.#run;
  }

  /** Of the next repository in turn, unless one is given; the same run is the same job. */
  async subjectToken(repository?: string, run = this.nextRun()): Promise<string> {
    const claims = pushToMain(
      { issuer: this.url, now: Date.now() },
      {
        aud: BENCH_URL,
        repository_id: repository ?? repositoryId(run),
        run_id: String(run),
        check_run_id: String(run * 10),
      },
    );
    const header = { typ: 'JWT', alg: 'RS256', x5t: 'ykNaY4qM_ta4k2TgZOCEYLkcYlA', kid: KID };
    const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    // Asynchronous, and so on as many cores as there are.
    const signature = await new Promise<Buffer>((resolve, reject) => {
      sign('RSA-SHA256', Buffer.from(signed), this.#key, (error, made) => (error ? reject(error) : resolve(made)));
    });
    return `${signed}.${signature.toString('base64url')}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
