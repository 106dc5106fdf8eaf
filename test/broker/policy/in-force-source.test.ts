// Which policies decide, and what is at hand of them; how they come into the store is in reload-source.test.ts.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPoliciesInForce } from '../../../broker/policy/in-force-source.ts';
import type { PolicyContext } from '../../../broker/policy/load-policy.ts';
import { parseFile } from '../../../broker/policy/policy-file.ts';
import { createPolicyLoader } from '../../../broker/policy/policy-loader.ts';
import type { TextedSet } from '../../../broker/policy/policy-set.ts';
import { openSqliteStore } from '../../../broker/store/sqlite.ts';
import { buildContext, buildPolicies } from '../../support/build-policy.ts';
import { putInForce } from '../../support/open-reloads.ts';

const setOf = (title: string): TextedSet => buildPolicies({ project: { title } });

async function open(context: PolicyContext = buildContext()) {
  const store = await openSqliteStore({ path: ':memory:', clock: { now: () => 1_000 } });
  onTestFinished(() => store.close());
  const loader = createPolicyLoader(context, {
    parseAll: (files) => files.map(async (file) => parseFile(file)),
    breathe: () => undefined,
  });
  const policies = createPoliciesInForce(loader);
  return {
    ...{ store, keep: policies.keep },
    inForce: () => store.read(policies.inForce),
    follow: () => policies.follow(store),
    putInForce: (set: TextedSet) => putInForce(store, set),
  };
}

const LOADING = {
  ...{ name: 'BrokerError', code: 'POLICY_LOADING', retryAfter: 5 },
  message: 'The policies in force are being loaded here. Nothing was decided; ask again.',
};

describe('the policy in force', () => {
  it('is none before one was loaded: nothing is decided, and nothing followed', async () => {
    const { inForce, follow } = await open();
    await expect(inForce()).rejects.toMatchObject(LOADING);
    await expect(follow()).rejects.toMatchObject({
      name: 'StartRefused',
      message: 'no policy is in force: load one first',
    });
  });

  it('is not at hand where another broker put it there, until it is followed: nothing is decided meanwhile', async () => {
    const { inForce, follow, putInForce } = await open();
    await putInForce(setOf('One'));
    await expect(inForce()).rejects.toMatchObject(LOADING);
    await follow();
    expect((await inForce()).digest).toBe(setOf('One').digest);
  });

  it('is not compiled once more where it is at hand', async () => {
    const { inForce, follow, keep, putInForce } = await open();
    const one = setOf('One');
    keep(one);
    await putInForce(one);
    await follow();
    expect(await inForce()).toBe(one);
  });

  it('stays at hand while others are kept that the store may not have taken', async () => {
    const { inForce, keep, putInForce } = await open();
    const one = setOf('One');
    await putInForce(one);
    for (const digest of [one.digest, 'two', 'three', 'four']) {
      keep({ ...one, digest });
      expect((await inForce()).digest).toBe(one.digest);
    }
  });

  it('is beside the newest the only one at hand, so that memory does not grow with every change', async () => {
    const { inForce, keep, putInForce } = await open();
    const [one, two, three] = [setOf('One'), setOf('Two'), setOf('Three')];
    await putInForce(one);
    keep(one);
    await inForce();
    keep(two);
    keep(three);
    await putInForce(two);
    await expect(inForce()).rejects.toMatchObject(LOADING);
    await putInForce(three);
    expect(await inForce()).toBe(three);
  });

  it('that no longer loads under another configuration stops the start, and says where', async () => {
    const issuers = ['a', 'b'].map((name) => ({ name, owners: {} }));
    const { follow, putInForce } = await open(buildContext({ issuers }));
    const repositories = [
      { name: 'acme/shop', id: '2001' },
      { name: 'acme/web', id: '2002' },
    ];
    const set = buildPolicies({ project: { repositories } });
    await putInForce(set);
    await expect(follow()).rejects.toMatchObject({
      name: 'StartRefused',
      message: expect.stringMatching(
        /^the policy in force no longer loads:\nshop\.yaml:\d+:\d+: repositories\[0\]\.issuer: is missing.*\nshop\.yaml:\d+:\d+: repositories\[1\]\.issuer: is missing/,
      ),
    });
  });
});
