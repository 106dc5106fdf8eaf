// A policy comes into force whole or not at all, on record, and what was in force stays readable.
import { cpSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rowsBeside } from '../support/beside-broker.ts';
import { buildpass } from '../support/command-line.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { largePolicies, ONE_COMMIT } from '../support/large-change.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { TestBroker } from '../support/test-broker.ts';

async function start(): Promise<TestBroker> {
  const broker = await TestBroker.start({ background: 'by-hand' });
  onTestFinished(() => broker.close());
  return broker;
}

const refused = async (
  broker: TestBroker,
): Promise<readonly { file: string; line: number; key: string; message: string }[]> => {
  const reloaded = await broker.running.reload();
  return reloaded.outcome === 'refused' ? reloaded.findings : [];
};

describe('a policy', () => {
  it('with a typo is refused with its place, once on record, while the old one stays in force', async () => {
    const broker = await start();
    broker.writePolicy(
      'shop.yaml',
      SHOP.replace(
        'environment: production, event: push }\n  deploy',
        'enviroment: production, event: push }\n  deploy',
      ),
    );
    const [finding] = await refused(broker);
    expect(finding).toMatchObject({
      file: 'shop.yaml',
      line: 15,
      message: expect.stringContaining('did you mean `environment`?'),
    });
    await refused(broker);
    expect(await broker.entries('policy.refused')).toMatchObject([{ findings: [{ file: 'shop.yaml', line: 15 }] }]);
    expect((await broker.ask()).status).toBe(200);
    expect((await broker.fetch('/readyz')).status).toBe(200);
  });

  it('that is refused again after a good one is on record again', async () => {
    const broker = await start();
    const typo = SHOP.replace('environment: production', 'enviroment: production');
    for (const text of [typo, SHOP, typo]) {
      broker.writePolicy('shop.yaml', text);
      await broker.running.reload();
    }
    expect(await broker.entries('policy.refused')).toHaveLength(2);
  });

  it('that asks for an audience the organization did not offer is refused, and says how to get it', async () => {
    const broker = await start();
    broker.writePolicy(
      'shop.yaml',
      SHOP.replace('audience: https://previews.example.com', 'audience: https://bank.example.com'),
    );
    const [finding] = await refused(broker);
    expect(finding?.key).toBe('entitlements.publish-preview.credential.audience');
    expect(finding?.message).toContain('"https://bank.example.com" is not offered');
    expect(finding?.message).toContain('_organization.yaml');
  });

  it('that changes decides the next ask, and each changed file is an entry', async () => {
    const broker = await start();
    const before = (await broker.entries('policy.changed')).at(-1);
    broker.writePolicy('shop.yaml', SHOP.replace('ttl: 10m', 'ttl: 2m'));
    expect(await broker.running.reload()).toMatchObject({ outcome: 'in-force', changed: true });
    expect((await broker.ask()).body.expires_in).toBeLessThanOrEqual(120);
    expect((await broker.entries('policy.changed')).at(-1)).toMatchObject({
      project: 'shop',
      file: 'shop.yaml',
      previous_digest: before?.['policy_digest'],
    });
    broker.writePolicy('_organization.yaml', `${ORGANIZATION}\n# reviewed\n`);
    await broker.running.reload();
    expect(await broker.entries('organization.changed')).toHaveLength(2);
    broker.writePolicy('_organization.yaml', `${ORGANIZATION}guardrails: { allow-static: [shop/deploy] }\n`);
    await broker.running.reload();
    expect((await broker.entries('organization.changed')).at(-1)).toMatchObject({
      loosened: ['`allow-static` gains shop/deploy'],
    });
  });

  it('is loaded again without an entry when nothing changed', async () => {
    const broker = await start();
    const { length } = await broker.entries();
    expect(await broker.running.reload()).toMatchObject({ outcome: 'in-force', changed: false });
    expect(await broker.entries()).toHaveLength(length);
  });

  it('that justified an issuance can be read by its digest for ever', async () => {
    const broker = await start();
    const { body } = await broker.ask();
    broker.writePolicy('shop.yaml', SHOP.replace('Web shop', 'Shop'));
    await broker.running.reload();
    const entry = (await broker.entries('issuance.succeeded')).find(({ issuance_id: id }) => id === body.issuance_id);
    expect(
      await broker.running.store.read((tx) => tx.policies.document(String(entry?.['policy_digest']))),
    ).toMatchObject({ file: 'shop.yaml', text: SHOP });
  });

  it('that no longer loads at a restart is not missed: the last good one is served, and said', async () => {
    const broker = await start();
    await broker.running.close();
    broker.writePolicy('shop.yaml', 'project: [');
    await broker.start();
    expect((await broker.ask()).status).toBe(200);
    expect(broker.logLines.join('')).toContain('the last good ones stay in force');
  });

  it('that does not load at the first start stops it', async () => {
    const starting = TestBroker.start({
      policies: { '_organization.yaml': ORGANIZATION, 'shop.yaml': 'project: shop' },
    });
    await expect(starting).rejects.toThrow(/the policies do not load[\s\S]*shop\.yaml:1:1/);
  });

  it('is in force again after a restart, and the keys are on record once', async () => {
    const broker = await start();
    expect((await broker.ask()).status).toBe(200);
    await broker.restart();
    expect((await broker.ask()).status).toBe(200);
    expect(await broker.entries('key.created')).toHaveLength(3);
  });

  it.each([
    ['is too large', 'shop.yaml', `# ${'x'.repeat(70_000)}`],
    [
      'says more than can be written down',
      'shop.yaml',
      SHOP.replace('environment: production', `environment: "?${'a😀'.repeat(300)}"`),
    ],
  ])(
    'that %s is refused on record, at a reload and at a restart, and the last good one is served',
    async (_what, file, text) => {
      const broker = await start();
      broker.writePolicy(file, text);
      expect(await broker.running.reload()).toMatchObject({ outcome: 'refused' });
      await broker.restart();
      expect(await broker.entries('policy.refused')).toHaveLength(1);
      expect((await broker.ask()).status).toBe(200);
    },
  );

  it('is loaded when the directory is switched, and only then: not while files in it are written', async () => {
    const broker = await start();
    const { directory } = broker.config.policies;
    const switchTo = (name: string): void => {
      symlinkSync(name, `${directory}.next`);
      renameSync(`${directory}.next`, directory);
    };
    cpSync(directory, `${directory}-1`, { recursive: true });
    cpSync(directory, `${directory}-2`, { recursive: true });
    rmSync(directory, { recursive: true });
    switchTo('policies-1');
    await broker.running.runBackground();
    const before = await broker.entries('policy.changed');
    broker.writePolicy('shop.yaml', SHOP.replace('ttl: 10m', 'ttl: 3m'));
    await broker.running.runBackground();
    expect(await broker.entries('policy.changed')).toHaveLength(before.length);
    writeFileSync(join(`${directory}-2`, 'shop.yaml'), SHOP.replace('ttl: 10m', 'ttl: 2m'));
    switchTo('policies-2');
    await broker.running.runBackground();
    expect(await broker.entries('policy.changed')).toHaveLength(before.length + 1);
    expect((await broker.ask()).body.expires_in).toBeLessThanOrEqual(120);
    rmSync(directory);
    await broker.running.runBackground();
    await broker.running.runBackground();
    expect(await broker.entries('policy.refused')).toHaveLength(1);
    expect(broker.logLines.filter((line) => line.includes('the new policies do not load'))).toHaveLength(1);
  });
});

describe('a large change', () => {
  const COUNT = ONE_COMMIT + 1;

  it('that is broken off leaves what the verifier accepts and nobody ever decided by; the next load goes on, and so does the next start', async () => {
    const store = new FaultyStore();
    const broker = await TestBroker.start({
      background: 'by-hand',
      openStore: store.open,
      policies: largePolicies('1'),
    });
    onTestFinished(() => broker.close());
    const write = (mark: string) => {
      for (const [file, text] of Object.entries(largePolicies(mark))) broker.writePolicy(file, text);
    };
    const [inForce] = rowsBeside(broker, 'SELECT digest FROM policy_in_force');
    const stagedFiles = async () =>
      (await broker.entries('policy.staged')).flatMap((entry) => entry['documents'] ?? []);
    const before = await stagedFiles();

    write('2');
    store.arm({ at: 2, kind: 'failed' });
    await expect(broker.running.reload()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(rowsBeside(broker, 'SELECT digest FROM policy_in_force')).toEqual([inForce]);
    expect(await stagedFiles()).toHaveLength(before.length + ONE_COMMIT);
    write('3');
    await broker.running.reload();
    const { out } = await buildpass('policy', 'show', '--versions', '--json', '--config', broker.config.file);
    expect(JSON.parse(out)).toHaveLength(before.length + COUNT);
    expect((await broker.ask()).status).toBe(200);

    write('2');
    await broker.running.reload();
    expect(await stagedFiles()).toHaveLength(before.length + 2 * COUNT);

    write('4');
    store.arm({ at: 2, kind: 'failed' });
    await expect(broker.running.reload()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await broker.running.close();
    await broker.start();
    expect(await broker.running.reload()).toMatchObject({ outcome: 'in-force', changed: false });
    expect(await stagedFiles()).toHaveLength(before.length + 3 * COUNT);
    const verified = await buildpass('log', 'verify', '--config', broker.config.file);
    expect(verified, verified.err).toMatchObject({ code: 0 });
  }, 60_000);
});
