// Rows beside the log, changed by somebody who can write to the store: each is found by the log alone, and named.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { createAppend } from '../../../broker/log/append.ts';
import { StoreSource } from '../../../broker/log/store-source.ts';
import { verifyStore } from '../../../broker/log/verify-store.ts';
import { type LogReport, verifyLog } from '../../../broker/verifier/verify-log.ts';
import { parseVerifierKey } from '../../../shared/signed-note.ts';
import { runBeside } from '../../support/beside-broker.ts';
import { newSecret, TestBroker } from '../../support/test-broker.ts';

let broker: TestBroker;
let lease: string;
beforeAll(async () => {
  broker = await TestBroker.start({ background: 'by-hand' });
  const secret = newSecret();
  lease = (await broker.ask({ secret, parameters: { reason: 'a fix' } })).body.lease_id;
  await broker.returnLease(lease, secret);
  await broker.ask({ scope: 'shop/deploy' });
  await broker.ask({ scope: 'shop/upstream' });
});
afterAll(() => broker.close());

const verify = (of = broker): Promise<LogReport> =>
  of.running.store.read((tx) =>
    verifyStore(tx, { verifiers: [parseVerifierKey(of.running.verifierKey)], earlier: [] }),
  );

/** What is said while the store is changed so, and it is put back afterwards. */
async function saidOf(sql: string): Promise<readonly string[]> {
  const tables = [
    'requests',
    'grants',
    'issuances',
    'leases',
    'policy_documents',
    'policy_sets',
    'policy_in_force',
    'signing_keys',
  ];
  const keep = tables.map((table) => `CREATE TABLE kept_${table} AS SELECT * FROM ${table};`);
  const putBack = tables.map(
    (table) => `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}; DROP TABLE kept_${table};`,
  );
  runBeside(broker, `PRAGMA foreign_keys = OFF; ${keep.join('')} ${sql}`);
  const { problems } = await verify();
  runBeside(broker, `PRAGMA foreign_keys = OFF; ${putBack.join('')}`);
  return problems;
}

const OF_RETURNED = `WHERE state = 'returned'`;
/** A row like this one under another id. */
const copyOf = (table: string, changes: string): string =>
  `CREATE TEMP TABLE copied AS SELECT * FROM ${table} LIMIT 1; UPDATE copied SET ${changes}; INSERT INTO ${table} SELECT * FROM copied; DROP TABLE copied;`;

const CHANGES: readonly (readonly [string, string, RegExp])[] = [
  [
    'a lease that was returned',
    `UPDATE leases SET state = 'live' ${OF_RETURNED}`,
    /^the row of the lease lse_\S+ says state is "live", and the log says "returned" \(entry \d+\)$/,
  ],
  [
    'how long it was given',
    `UPDATE leases SET ends_at = ends_at + 3600000 ${OF_RETURNED}`,
    /^the row of the lease lse_\S+ says ends_at is \d+, and the log says \d+/,
  ],
  [
    'whether it can be revoked',
    `UPDATE leases SET revocation = 'immediate' WHERE revocation != 'immediate'`,
    /^the row of the lease lse_\S+ says revocation is "immediate", and the log says "at-expiry"/,
  ],
  [
    'whose lease it is',
    `UPDATE leases SET job_key = 'another' ${OF_RETURNED}`,
    /^the row of the lease lse_\S+ names another job than its request$/,
  ],
  [
    'a lease taken away',
    `DELETE FROM leases ${OF_RETURNED}`,
    /^the row of the lease lse_\S+ is missing, and entry \d+ speaks of it$/,
  ],
  [
    'a lease that nobody issued',
    copyOf('leases', `id = 'lse_x', issuance_id = 'iss_x'`),
    /^the row of the lease lse_x is there, and no entry speaks of it$/,
  ],
  [
    'which policy allowed it',
    `UPDATE requests SET policy_digest = 'x' WHERE state = 'issued'`,
    /^the row of the request req_\S+ says policy_digest is "x"/,
  ],
  [
    'which rule',
    `UPDATE grants SET rule = 5 WHERE rule = 0`,
    /^the row of the grant grt_\S+ says rule is 5, and the log says 0/,
  ],
  [
    'what was decided',
    `UPDATE requests SET state = 'issued' WHERE state = 'denied'`,
    /^the row of the request req_\S+ says state is "issued", and the log says "denied"/,
  ],
  [
    'who asked',
    `UPDATE requests SET subject = replace(subject, 'octocat', 'mallory') WHERE state = 'denied'`,
    /^the row of the request req_\S+ is not the one that was decided on \(entry \d+\)/,
  ],
  [
    'the words of a refusal',
    `UPDATE requests SET decision = replace(decision, 'environment', 'branch') WHERE state = 'denied'`,
    /is not the one that was decided on/,
  ],
  ['whose principal asked', `UPDATE requests SET requester = NULL`, /is not the one that was decided on/],
  [
    'that an issuance was repeated',
    `UPDATE requests SET repeats = 3 WHERE state = 'issued'`,
    /^the row of the request req_\S+ says it was repeated 3 times/,
  ],
  [
    'when a refusal was made',
    `UPDATE requests SET updated_at = updated_at - 1, repeats = 1 WHERE state = 'denied'`,
    /^the row of the request req_\S+ says updated_at is \d+, and the log says \d+/,
  ],
  [
    'that a grant was spent',
    `UPDATE grants SET redeemed_at = NULL`,
    /^the row of the grant grt_\S+ says redeemed_at is null, and the log says \d+/,
  ],
  [
    'what an issuance came to',
    `UPDATE issuances SET state = 'failed'`,
    /^the row of the issuance iss_\S+ says state is "failed", and the log says "succeeded"/,
  ],
  [
    'a second issuance of one grant',
    copyOf('issuances', `id = 'iss_x', grant_id = 'grt_x'`),
    /^the row of the issuance iss_x is there, and no entry speaks of it$/,
  ],
  [
    'the text of a policy',
    `UPDATE policy_documents SET text = text || '#' WHERE file = 'shop.yaml'`,
    /^the row of the policy document [0-9a-f]{64} shop.yaml has another text than the one with its digest$/,
  ],
  [
    'which documents a set has',
    `UPDATE policy_sets SET members = '[]'`,
    /^the row of the policy set [0-9a-f]{64} lists other documents than those with its digest$/,
  ],
  [
    'the order of a set’s documents',
    `UPDATE policy_sets SET members = json_array(json_extract(members, '$[1]'), json_extract(members, '$[0]'))`,
    /lists other documents than those with its digest$/,
  ],
  [
    'how a set’s documents are written',
    `UPDATE policy_sets SET members = replace(members, ',', ', ')`,
    /lists other documents than those with its digest$/,
  ],
  [
    'which set is in force',
    `UPDATE policy_in_force SET sequence = 7`,
    /^the row of the policy in force 1 says sequence is 7, and the log says 1/,
  ],
  [
    'a key of the broker',
    `UPDATE signing_keys SET algorithm = 'RS256' WHERE algorithm = 'ES256'`,
    /^the row of the signing key \S+ says algorithm is "RS256", and the log says "ES256"/,
  ],
  [
    'the log’s own key',
    `UPDATE signing_keys SET public_key = 'x' WHERE purpose = 'log'`,
    /^the verifier keys beside the log are not those that it says were created: /,
  ],
];

describe('rows that somebody changed', () => {
  it.each(CHANGES)('are found: %s', async (_what, sql, sentence) => {
    expect((await saidOf(sql))[0]).toMatch(sentence);
    expect((await verify()).problems).toEqual([]);
  });

  it.each([
    ['NULL', '1 rows of requests have no id that can be read'],
    ["x'00'", 'the rows of requests cannot be read one after the other'],
  ])('are found where their id is %s', async (id, sentence) => {
    const problems = await saidOf(copyOf('requests', `id = ${id}`));
    expect(problems.at(-1)).toBe(sentence);
  });

  it('are all looked at, over several pages', async () => {
    const copies = Array.from({ length: 600 }, (_, at) => copyOf('requests', `id = 'req_x${at}'`));
    runBeside(broker, `PRAGMA foreign_keys = OFF; ${copies.join('')}`);
    const sizes: number[] = [];
    const ids = new Set<unknown>();
    await broker.running.store.read(async (tx) => {
      for await (const page of new StoreSource(tx, []).rows('requests')) {
        sizes.push(page.length);
        for (const { id } of page) ids.add(id);
      }
    });
    runBeside(broker, `DELETE FROM requests WHERE id LIKE 'req_x%'`);
    // Those of the three asks, too.
    expect([sizes, ids.size]).toEqual([[500, 103], 603]);
  });

  it('are found where a key is named twice', async () => {
    const { store, verifierKey } = broker.running;
    const verifiers = [parseVerifierKey(verifierKey)];
    const { problems } = await store.read((tx) =>
      verifyLog(new StoreSource(tx, [verifierKey, verifierKey]), { verifiers, earlier: [] }),
    );
    expect(problems).toEqual(['the verifier keys beside the log are not those that it says were created']);
  });

  it('are found in a long log too, which is told in parts', async () => {
    const inParts = (): Promise<LogReport> =>
      broker.running.store.read((tx) => {
        const verifiers = [parseVerifierKey(broker.running.verifierKey)];
        const source = new StoreSource(tx, [broker.running.verifierKey]);
        return verifyLog(source, { verifiers, earlier: [], entriesAtOnce: 2 });
      });
    const { rows } = await verify();
    expect(await inParts()).toMatchObject({ rows, problems: [] });
    runBeside(broker, `UPDATE leases SET state = 'live' ${OF_RETURNED}`);
    const { problems } = await inParts();
    runBeside(broker, `UPDATE leases SET state = 'returned' WHERE id = '${lease}'`);
    expect(problems).toEqual([expect.stringContaining(`the row of the lease ${lease} says state is "live"`)]);
  });
});

describe('checkpoints that somebody took away', () => {
  const MISSING = 'is missing, and one was signed: the next is of another moment';

  it.each([
    ['the newest', 'WHERE size = (SELECT max(size) FROM checkpoints)', ['the last 3 entries are under no checkpoint']],
    [
      'all of them',
      '',
      [
        `the checkpoint of 3 entries ${MISSING}`,
        `the checkpoint of 5 entries ${MISSING}`,
        'the last 8 entries are under no checkpoint',
      ],
    ],
  ])('are missed, and nothing is said against the keys: %s', async (_what, which, problems) => {
    const other = await TestBroker.start({ background: 'by-hand' });
    onTestFinished(() => other.close());
    await other.ask();
    runBeside(other, `DELETE FROM checkpoints ${which}`);
    expect((await verify(other)).problems).toEqual(problems);
  });
});

describe('entries that cannot follow from those before', () => {
  it('are named, though the broker itself signed them', async () => {
    const other = await TestBroker.start({ background: 'by-hand' });
    onTestFinished(() => other.close());
    const { body } = await other.ask();
    const { lease_id, issuance_id, request_id } = body;
    await other.returnLease(lease_id, await other.token());
    const ids = { request_id, issuance_id, lease_id, project: 'shop', entitlement: 'publish-preview' };
    await other.running.store.commit((tx) =>
      createAppend(systemEntropy)(tx, { type: 'lease.expired', fields: { ...ids, ends_at: null } }),
    );
    expect((await verify(other)).problems).toEqual([
      `entry 9: it takes state of ${lease_id} for "live", and that was "returned"`,
    ]);
  });
});
