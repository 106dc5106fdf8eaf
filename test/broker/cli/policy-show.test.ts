import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildpass } from '../../support/command-line.ts';
import { SHOP } from '../../support/policy-files.ts';
import { TestBroker } from '../../support/test-broker.ts';

describe('policy show', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ background: 'by-hand' });
  });
  afterAll(() => broker.close());

  it('prints the policy that an issuance names, beside a running broker, also when another is in force', async () => {
    await broker.ask();
    const [issued] = await broker.entries('issuance.succeeded');
    broker.writePolicy('shop.yaml', SHOP.replace('Web shop', 'Shop'));
    await broker.running.reload();
    const shown = await buildpass('policy', 'show', String(issued?.['policy_digest']), '--config', broker.config.file);
    expect(shown).toMatchObject({ code: 0, out: SHOP });
  });

  it('says when no such policy was ever in force, and what a digest looks like', async () => {
    const none = await buildpass('policy', 'show', 'f'.repeat(64), '--config', broker.config.file);
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('No policy with this digest') });
    const wrong = await buildpass('policy', 'show', 'shop', '--config', broker.config.file);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('"shop" is not a digest') });
  });
});
