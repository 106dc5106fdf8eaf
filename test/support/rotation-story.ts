// A broker whose keys rotate, with a clock of its own, and what people and relying parties see of that.
import { decodeProtectedHeader } from 'jose';
import { onTestFinished } from 'vitest';
import { buildpass, type Ran } from './command-line.ts';
import { TestBroker, type TestBrokerOptions } from './test-broker.ts';

export const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

export interface ListedKey {
  readonly key_id: string;
  readonly purpose: string;
  readonly algorithm: string;
  readonly state: string;
  readonly changes_at: string | null;
}

export class RotationStory {
  readonly broker: TestBroker;
  readonly time: { now: number };

  private constructor(broker: TestBroker, time: { now: number }) {
    this.broker = broker;
    this.time = time;
  }

  /** The store of a command at rest has the system's clock: the story begins now. */
  static async start(options: TestBrokerOptions = {}): Promise<RotationStory> {
    const time = { now: Date.now() };
    const clock = { now: () => time.now };
    const broker = await TestBroker.start({ background: 'by-hand', clock, ...options });
    onTestFinished(() => broker.close());
    // Later than the keys that it has, also where they were made just now.
    time.now = Date.now();
    return new RotationStory(broker, time);
  }

  run(...words: string[]): Promise<Ran> {
    return buildpass('keys', ...words, '--config', this.broker.config.file);
  }

  async list(algorithm = 'ES256'): Promise<readonly ListedKey[]> {
    const listed = JSON.parse((await this.run('list', '--json')).out) as ListedKey[];
    return listed.filter((key) => key.algorithm === algorithm);
  }

  /** Id of the key in this state. */
  async keyIn(state: string, algorithm = 'ES256'): Promise<string | undefined> {
    return (await this.list(algorithm)).find((key) => key.state === state)?.key_id;
  }

  /** Ids in the key set that the broker serves. */
  async published(): Promise<readonly string[]> {
    const { body } = await this.broker.fetch('/.well-known/jwks.json');
    return body.keys.map(({ kid }: { kid: string }) => kid);
  }

  /** The id of the key that signs a credential that is asked for now. */
  async signer(): Promise<string | undefined> {
    return decodeProtectedHeader((await this.broker.ask()).body.access_token).kid;
  }

  async pass(milliseconds: number): Promise<void> {
    this.time.now += milliseconds;
    await this.broker.running.runBackground();
  }

  said(line: string): readonly string[] {
    return this.broker.logLines.filter((one) => one.includes(line));
  }
}
