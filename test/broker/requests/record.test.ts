import { describe, expect, it, onTestFinished } from 'vitest';
import { ORGANIZATION } from '../../support/policy-files.ts';
import { TestBroker } from '../../support/test-broker.ts';

/** Refused: not from the environment that it needs. */
const REFUSED = { scope: 'shop/deploy', claims: { run_id: '7' } };

describe('a refusal that is repeated', () => {
  it('is counted at the entry that it repeats, and is a new one once the organization says something else', async () => {
    const broker = await TestBroker.start({ background: 'by-hand' });
    onTestFinished(() => broker.close());
    const [first, again] = [await broker.ask(REFUSED), await broker.ask(REFUSED)];
    expect(again.body.request_id).toBe(first.body.request_id);
    broker.writePolicy('_organization.yaml', `${ORGANIZATION}\n# other\n`);
    expect((await broker.running.reload()).outcome).toBe('in-force');
    const [other, otherAgain] = [await broker.ask(REFUSED), await broker.ask(REFUSED)];
    expect(other.body.request_id).not.toBe(first.body.request_id);
    expect(otherAgain.body.request_id).toBe(other.body.request_id);
    const digests = (await broker.entries('request.decided')).map((entry) => entry['organization_digest']);
    expect([digests.length, new Set(digests).size]).toEqual([2, 2]);
  });
});
