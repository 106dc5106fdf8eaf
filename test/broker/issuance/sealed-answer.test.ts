import { describe, expect, it } from 'vitest';
import { createAnswerSealer, type SealedCredential } from '../../../broker/issuance/sealed-answer.ts';
import { Secret } from '../../../shared/secret.ts';
import { openIssuanceWorld } from '../../support/issuance-world.ts';

const CREDENTIAL: SealedCredential = {
  ...{ accessToken: new Secret('the-token'), tokenType: 'N_A', issuedTokenType: 'urn:example' },
  ...{ values: { user: new Secret('shop'), password: new Secret('hunter2') }, details: { host: 'db.example.com' } },
};
const SEALED_EARLIER = [
  'Ch4DNuF3iHgci7IrcHb0Qn/2TCiaBlKd8PlltyA5+hy4i+gFov0ialXyGRE/QTAALugkUgaXnjerTnFkUr2Lc1jqWIDeXKw4MQav',
  'qin67+NSn/tpVVFT0GkBnOAKAMpF8GYfsHpF9ZyYgnDwS/iwfYWT1BXfz5hfawH9xexjDYdBY9h98SYT7yzJMW1iWxVpUE3amniJ',
  'cxj5l9RbycezThdD49KfIJzHkbcoc2Eu+ETtgq4MnMeyBqJzqAMdGA8=',
].join('');
const MINE = { requestId: 'req_1', requestSecret: new Secret('the-request-secret') };

async function kept() {
  const world = await openIssuanceWorld();
  const { answers } = world.deps;
  const mine = { requestId: MINE.requestId, key: answers.keyOf(MINE), credential: CREDENTIAL };
  await world.store.commit((tx) => answers.keep(tx, mine));
  const open = (answer = MINE, { answers } = world.deps) => world.store.read((tx) => answers.open(tx, answer));
  return { world, open };
}

describe('the sealed copy of an answer', () => {
  it('has all of the answer for whoever has the secret', async () => {
    const { open } = await kept();
    const opened = await open();
    expect(opened).toEqual(CREDENTIAL);
    const { accessToken, values } = opened as SealedCredential;
    const revealed = Object.entries(values).map(([name, value]) => [name, value.reveal()]);
    expect([accessToken.reveal(), ...revealed]).toEqual(['the-token', ['user', 'shop'], ['password', 'hunter2']]);
  });

  it('is there for two minutes', async () => {
    const { world, open } = await kept();
    world.time.now += 119_999;
    expect(await open()).toBeDefined();
    world.time.now += 1;
    expect(await open()).toBeUndefined();
  });

  it('opens for nobody else: not with another secret, not as another answer, and not without the broker’s own key', async () => {
    const { world, open } = await kept();
    await expect(open({ ...MINE, requestSecret: new Secret('another-request-secret') })).rejects.toThrow();
    const sealed = (await world.store.read((tx) => tx.sealedAnswers.find('req_1', 0))) ?? '';
    await world.store.commit((tx) =>
      tx.sealedAnswers.put({ requestId: 'req_2', sealed, deleteAt: world.time.now + 1 }),
    );
    await expect(open({ ...MINE, requestId: 'req_2' })).rejects.toThrow();
    const answers = createAnswerSealer(Buffer.alloc(32, 8), world.deps.entropy);
    await expect(open(MINE, { ...world.deps, answers })).rejects.toThrow();
  });

  it('has nothing of it in the store to be read', async () => {
    const { world } = await kept();
    const sealed = await world.store.read((tx) => tx.sealedAnswers.find('req_1', 0));
    expect(Buffer.from(sealed ?? '', 'base64').toString('latin1')).not.toMatch(/the-token|hunter2|db\.example/);
  });

  it('of an earlier version of the broker is one that this version opens', async () => {
    const { world, open } = await kept();
    const sealed = SEALED_EARLIER;
    await world.store.commit(async (tx) => {
      await tx.sealedAnswers.delete('req_1');
      await tx.sealedAnswers.put({ requestId: 'req_1', sealed, deleteAt: world.time.now + 1 });
    });
    expect(await open()).toEqual(CREDENTIAL);
  });
});

describe('the handle by which a lease is revoked', () => {
  it('is sealed for its lease', async () => {
    const { deps } = await openIssuanceWorld();
    const sealed = deps.answers.sealHandle(new Secret('the-handle'), 'lse_1');
    expect(deps.answers.openHandle(sealed, 'lse_1').reveal()).toBe('the-handle');
    expect(() => deps.answers.openHandle(sealed, 'lse_2')).toThrow();
  });

  it('of an earlier version of the broker is one that this version opens', async () => {
    const { deps } = await openIssuanceWorld();
    expect(deps.answers.openHandle('M0O/uup2F/6cjShTGi5iB+5WTYRfisQ1/VfgeO46XRcsG+ISEJY=', 'lse_1').reveal()).toBe(
      'the-handle',
    );
  });
});
