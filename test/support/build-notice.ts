// A notice as the approval desk queues it, with whatever a test is about changed.
import type { Delivery } from '../../broker/notify/channel.ts';
import type { AskedFields, Notice } from '../../broker/notify/notice.ts';
import { BROKER_URL } from './test-broker.ts';

const ASKED: AskedFields = {
  ...{ request_id: 'req_1', project: 'shop', entitlement: 'deploy', issuer: 'github' },
  ...{ repository: 'octo-org/octo-repo', ref: 'refs/heads/main', sha: 'a'.repeat(40), environment: null },
  ...{ event_name: 'push', workflow_ref: 'octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main' },
  ...{ run_id: '42', run_attempt: '1', actor: 'robin', reason: null, ticket: null, assisted_by: null },
};

export const expiredNotice = (changes: Partial<AskedFields> = {}): Notice => ({
  kind: 'request.expired',
  fields: { ...ASKED, ...changes, was: 'pending' },
});

export const deliveryOf = (notice: Notice = expiredNotice(), now = Date.now()): Delivery => ({
  ...{ id: 'obx_1', now, at: now, notice, brokerUrl: BROKER_URL },
});
