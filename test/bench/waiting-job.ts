// A job that waits for people as the action does: it asks, waits at its request on a connection of its own for half a minute at a
// time, and collects with a fresh token.
import { randomBytes } from 'node:crypto';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import type { BenchIssuer } from './jobs.ts';
import { formRequest, RawClient } from './raw-client.ts';

interface Asking {
  readonly issuer: BenchIssuer;
  readonly port: number;
  readonly run: number;
  readonly secret: string;
}

export class WaitingJob {
  readonly id: string;
  readonly #asking: Asking;
  #client: RawClient | undefined;
  #told: Promise<void> = Promise.resolve();

  private constructor(id: string, asking: Asking) {
    this.id = id;
    this.#asking = asking;
  }

  static async ask(issuer: BenchIssuer, port: number): Promise<WaitingJob> {
    const asking = { issuer, port, run: issuer.nextRun(), secret: randomBytes(32).toString('base64url') };
    const client = await RawClient.open(port);
    const { body } = await client.send(await tokenRequest(asking));
    client.close();
    const { error, request_id: id } = JSON.parse(body.toString()) as { error?: string; request_id: string };
    if (error !== 'authorization_pending') throw new Error(`not pending: ${body.toString()}`);
    return new WaitingJob(id, asking);
  }

  /** From now on it waits, until `told`. */
  async connect(): Promise<void> {
    const client = await RawClient.open(this.#asking.port);
    this.#client = client;
    this.#told = this.#wait(client);
  }

  /** When it knows that people decided. */
  told(): Promise<void> {
    return this.#told;
  }

  /** Its token is made, so that only the asking is left. */
  async prepareToCollect(): Promise<() => Promise<void>> {
    const request = await tokenRequest(this.#asking);
    return async () => {
      const reply = await this.#client?.send(request);
      if (reply?.status !== 200) throw new Error(`not collected: ${reply?.body.toString()}`);
    };
  }

  leave(): void {
    this.#told.catch(() => undefined);
    this.#client?.close();
  }

  async #wait(client: RawClient): Promise<void> {
    const head = `GET /v1/requests/${this.id}?wait=30 HTTP/1.1\r\nHost: broker\r\nAuthorization: Bearer ${this.#asking.secret}\r\n\r\n`;
    const { body } = await client.send(Buffer.from(head));
    const { state } = JSON.parse(body.toString()) as { state: string };
    if (state === 'pending') await this.#wait(client);
  }
}

async function tokenRequest({ issuer, run, secret }: Asking): Promise<Buffer> {
  const form = new URLSearchParams({
    grant_type: GRANT_TYPE,
    subject_token: await issuer.subjectToken(undefined, run),
    subject_token_type: ID_TOKEN_TYPE,
    scope: 'shop/publish-preview',
    request_secret: secret,
  });
  return formRequest('/v1/token', form);
}
