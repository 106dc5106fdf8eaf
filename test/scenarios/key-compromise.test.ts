// A signing key leaked: what an operator does, and what is left of what it signed.
import { describe, expect, it } from 'vitest';
import { rowsBeside, runBeside } from '../support/beside-broker.ts';
import { DAY, HOUR, RotationStory } from '../support/rotation-story.ts';
import { newSecret } from '../support/test-broker.ts';

const REASON = 'the backup of Kim Doe left the building';

async function leaked(): Promise<{ story: RotationStory; key: string }> {
  const story = await RotationStory.start();
  return { story, key: (await story.keyIn('current')) ?? '' };
}

describe('keys rotate --compromised', () => {
  it('withdraws the key at once, lets a fresh one sign at once, and ends what it signed', async () => {
    const { story, key } = await leaked();
    const { lease_id: live } = (await story.broker.ask()).body;
    await story.broker.ask({ scope: 'shop/upstream' });
    const { code, out } = await story.run('rotate', `--compromised=${key}`, '--reason', REASON);
    const fresh = await story.keyIn('current');
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 5)).toEqual([
      `Withdrawn: ${key}`,
      `Signs now: ${fresh}`,
      'Relying parties that keep the old key set accept what was signed with the withdrawn key until they ask again.',
      '1 live lease was ended. A credential itself dies at the time that stands beside it:',
      expect.stringMatching(new RegExp(`^${live}  iss_\\S+  shop/publish-preview  \\S+Z$`)),
    ]);
    expect(await story.published()).not.toContain(key);
    expect(await story.signer()).toBe(fresh);
    expect(await story.keyIn('withdrawn')).toBe(key);
  });

  it('says so in the log, the reason as what may be erased, and never that a lease was revoked', async () => {
    const { story, key } = await leaked();
    const { lease_id } = (await story.broker.ask()).body;
    await story.run('rotate', `--compromised=${key}`, '--reason', REASON);
    const entries = await story.broker.entries();
    expect(entries.slice(-3)).toMatchObject([
      { type: 'key.rotated', key_id: key, from: 'current', state: 'withdrawn', because: 'compromised' },
      { type: 'key.created', state: 'current', because: 'compromised' },
      { type: 'lease.ended', lease_id, key_id: key, because: 'key-compromised', revocation: 'at-expiry' },
    ]);
    expect(JSON.stringify(entries)).not.toContain('Kim Doe');
    const personal = rowsBeside(story.broker, `SELECT value FROM entry_personal WHERE field = 'reason'`);
    expect(personal).toEqual([{ value: REASON }]);
  });

  it('gives nothing again that the key signed', async () => {
    const { story, key } = await leaked();
    const secret = newSecret();
    await story.broker.ask({ secret });
    await story.run('rotate', `--compromised=${key}`, '--reason', REASON);
    expect((await story.broker.ask({ secret })).body).toMatchObject({ code: 'REQUEST_SPENT' });
  });

  it('takes the next key with it, which lay beside it, and forgets both private halves', async () => {
    const { story, key } = await leaked();
    await story.run('rotate', '--algorithm', 'ES256');
    const next = (await story.keyIn('next')) ?? '';
    const { out } = await story.run('rotate', `--compromised=${key}`, '--reason', REASON, '--json');
    expect(JSON.parse(out)).toMatchObject({ withdrawn: [key, next], leases_ended: 0, leases: [] });
    const kept = rowsBeside(story.broker, `SELECT id FROM signing_keys WHERE sealed_private_key = ''`);
    expect(kept.map(({ id }) => id).sort()).toEqual([key, next].sort());
    await story.pass(2 * DAY);
    expect(await story.published()).not.toContain(next);
  });

  it('withdraws a previous key without replacing the one that signs', async () => {
    const { story, key } = await leaked();
    await story.run('rotate');
    await story.pass(HOUR);
    const signer = await story.signer();
    const { out } = await story.run('rotate', `--compromised=${key}`, '--reason', REASON);
    expect(out).not.toContain('Signs now');
    expect([await story.signer(), (await story.published()).includes(key)]).toEqual([signer, false]);
  });

  it('is published no longer even where another row of the store was changed, and nothing opens', async () => {
    const { story, key } = await leaked();
    runBeside(story.broker, `UPDATE signing_keys SET public_key = 'x' WHERE algorithm = 'RS256'`);
    expect((await story.run('rotate', `--compromised=${key}`, '--reason', REASON)).code).toBe(0);
    expect(await story.published()).not.toContain(key);
    expect((await story.broker.ask()).status).toBe(503);
  });

  it('ends very many leases, some at a time', async () => {
    const { story, key } = await leaked();
    const runs = Array.from({ length: 101 }, (_, run) => ({ claims: { run_id: String(run + 1) } }));
    await Promise.all(runs.map((ask) => story.broker.ask(ask)));
    const { out } = await story.run('rotate', `--compromised=${key}`, '--reason', REASON);
    expect(out).toContain('101 live leases were ended.');
    expect(await story.broker.entries('lease.ended')).toHaveLength(101);
  });

  it('works on the store where no broker runs', async () => {
    const { story, key } = await leaked();
    await story.broker.ask();
    await story.broker.running.close();
    const { code, out } = await story.run('rotate', `--compromised=${key}`, '--reason', REASON);
    expect([code, out]).toEqual([0, expect.stringContaining('1 live lease was ended')]);
    await story.broker.start();
    expect(await story.published()).not.toContain(key);
    await story.broker.entries();
  });

  it('says what to do where there is nothing to withdraw', async () => {
    const { story, key } = await leaked();
    const withdraw = (id: string) => story.run('rotate', `--compromised=${id}`, '--reason', REASON);
    await withdraw(key);
    expect(await withdraw(key)).toMatchObject({ code: 1, err: expect.stringContaining('is withdrawn already') });
    expect(await withdraw('k'.repeat(43))).toMatchObject({ code: 1, err: expect.stringContaining('There is no key') });
  });
});
