// Two accounts at GitHub that were found to be one person's, as a story about approvals needs it: both have signed in before.
import type { TestBroker } from './test-broker.ts';

export async function joinAccounts(
  { running }: TestBroker,
  from: number | string,
  into: number | string,
): Promise<void> {
  await running.store.commit(async (tx) => {
    const [one, other] = await Promise.all(
      [from, into].map((id) => tx.principals.find({ provider: 'github', providerId: String(id) })),
    );
    if (one === undefined || other === undefined) throw new Error(`${from} or ${into} has not signed in yet`);
    await tx.principals.merge(one, other);
  });
}
