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

  it('lists every version, oldest first, and which are in force', async () => {
    broker.writePolicy('shop.yaml', SHOP.replace('Web shop', 'The shop'));
    await broker.running.reload();
    const versions = (...words: string[]) =>
      buildpass('policy', 'show', '--versions', '--config', broker.config.file, ...words);
    const listed = JSON.parse((await versions('--json')).out) as { file: string; in_force: boolean; since: string }[];
    expect(listed.filter(({ in_force }) => in_force).map(({ file }) => file)).toEqual([
      '_organization.yaml',
      'shop.yaml',
    ]);
    expect(listed.map(({ since }) => since)).toEqual(listed.map(({ since }) => since).sort());
    expect(listed.at(-1)).toMatchObject({ file: 'shop.yaml', project: 'shop', in_force: true });
    const { out } = await versions();
    expect(out.split('\n').at(-2)).toMatch(/^\d{4}-\d\d-\d\dT\S+Z {2}in force {2}[0-9a-f]{64} {2}shop\.yaml$/);
    expect((await versions('f'.repeat(64))).code).toBe(2);
    broker.writePolicy('shop.yaml', SHOP);
    await broker.running.reload();
  });

  it('says when no such policy was ever in force, and what a digest looks like', async () => {
    const none = await buildpass('policy', 'show', 'f'.repeat(64), '--config', broker.config.file);
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('No policy with this digest') });
    const wrong = await buildpass('policy', 'show', 'shop', '--config', broker.config.file);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('"shop" is not a digest') });
  });
});
