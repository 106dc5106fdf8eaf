import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RequestView, readRequest } from '../../../../broker/http/pages/read-requests.ts';
import { requestWords } from '../../../../broker/http/pages/request-words.ts';
import type { Reason } from '../../../../broker/model.ts';
import { NOW, openPageStore, type PageStore, WRONG_BRANCH } from './page-store.ts';
import { ownWords, textOf } from './page-text.ts';

let page: PageStore;
beforeEach(async () => {
  page = await openPageStore();
});
afterEach(() => page.store.close());

async function view(id: Promise<string>): Promise<RequestView> {
  const found = await id.then((one) => page.store.read((tx) => readRequest(tx, one)));
  if (found === undefined) throw new Error('the request is not there');
  return found;
}

async function said(id: Promise<string>): Promise<readonly string[]> {
  const { states, title, outcome } = requestWords(await view(id), NOW);
  return [states.map(({ word }) => word).join(', '), textOf(title), ownWords(outcome)];
}

describe('a request in words', () => {
  it('refused: what the rule wants, and what the job has', async () => {
    expect(await said(page.refused([WRONG_BRANCH]))).toEqual([
      'Refused',
      'This job may not have shop/deploy-staging',
      'The rule wants branch to be main; this job has [quoted]. Nothing was issued.',
    ]);
  });

  it('refused for what it lacks: it has none', async () => {
    const { got, ...lacking } = WRONG_BRANCH;
    const [, , outcome] = await said(page.refused([lacking]));
    expect(outcome).toBe('The rule wants branch to be main; this job has none. Nothing was issued.');
  });

  it('refused for no rule: in the words of the decision, its quotes kept', async () => {
    const unknown: Reason = {
      code: 'ENTITLEMENT_UNKNOWN',
      message: 'The project shop has no entitlement "deplyo".',
      got: 'deplyo',
    };
    expect((await said(page.refused([unknown])))[2]).toBe(
      'The project shop has no entitlement [quoted]. Nothing was issued.',
    );
  });

  it('issued and held', async () => {
    expect(await said(page.issued({ minutesAgo: 5 }))).toEqual([
      'Issued, Dies at 12:05:00',
      'This job got shop/deploy-staging',
      'A jwt for 10 min. Nobody can revoke it: it dies at 12:05:00.',
    ]);
  });

  it('issued and returned: what that did and did not end', async () => {
    const [states, , outcome] = await said(page.issued({ minutesAgo: 5, returnedAfter: 60 }));
    expect(states).toBe('Issued, Returned, Dies at 12:05:00');
    expect(outcome).toBe(
      'A jwt for 10 min. The job gave it back at 11:56:00. Nobody can revoke it: it stays usable until it dies at 12:05:00.',
    );
  });

  it.each([
    ['granted', 'Lapsed', 'shop/deploy-staging was permitted, and not issued'],
    ['issuing', 'Being issued', 'This job is getting shop/deploy-staging'],
    ['failed', 'Not issued', 'shop/deploy-staging was permitted, and not issued'],
    ['unknown', 'Unknown', 'Nobody knows whether shop/deploy-staging was issued'],
  ] as const)('%s', async (state, word, title) => {
    expect((await said(page.inState(state))).slice(0, 2)).toEqual([word, title]);
  });

  it('granted, while the grant stands', async () => {
    const request = await view(page.issued({ minutesAgo: 0 }));
    const { states, outcome } = requestWords({ ...request, state: 'granted' }, NOW);
    expect(states[0]?.word).toBe('Permitted');
    expect(textOf(outcome)).toBe('The policy permits it. Nothing is issued yet; the grant lapses at 12:01:00.');
  });
});
