import express from 'express';
import { describe, expect, it } from 'vitest';
import { metadataRoutes } from '../../../broker/http/metadata-routes.ts';
import { createReadiness } from '../../../broker/http/readiness.ts';
import type { Store } from '../../../broker/store/store.ts';
import { serveOnce } from '../../support/serve-once.ts';

const storeWith = (inForce: () => Promise<object | undefined>, broken: boolean) => {
  const read = (query: (tx: unknown) => unknown) => query({ policies: { inForce } });
  return { read, broken: () => broken } as unknown as Store;
};

interface State {
  readonly accepting?: boolean;
  readonly inForce?: () => Promise<object | undefined>;
  readonly late?: number;
  readonly broken?: boolean;
}

async function answersWhile({ accepting = true, inForce = async () => ({}), late = 0, broken = false }: State) {
  const [url, issuer] = ['https://broker.example', 'https://keys.example'];
  const readiness = createReadiness({
    ...{ store: storeWith(inForce, broken), clock: { now: () => 0 }, accepting: () => accepting },
    ...{ lateness: () => late, informs: () => [{ name: 'x', ok: false, says: 'X.' }] },
  });
  const origin = await serveOnce(
    express().use(metadataRoutes({ url, issuer, keySet: () => ({ keys: [] }), version: '0', readiness })),
  );
  const [ready, alive] = await Promise.all(['/readyz', '/healthz'].map((path) => fetch(`${origin}${path}`)));
  return { ready: [ready?.status, await ready?.json()], alive: [alive?.status, await alive?.json()] };
}

describe('readiness', () => {
  it('is there while a policy is in force, whatever only an operator should know', async () => {
    expect((await answersWhile({})).ready).toEqual([200, { status: 'ready' }]);
  });

  it.each([
    ['a shutdown began', { accepting: false }],
    ['no policy is in force', { inForce: async () => undefined }],
    ['the store is broken', { broken: true }],
    ['the process is stuck', { late: 3_000 }],
    ['the store does not answer', { inForce: () => Promise.reject(new Error('disk')) }],
  ] as [string, State][])('is gone when %s, and the process lives on', async (_what, state) => {
    const { ready, alive } = await answersWhile(state);
    expect(ready).toEqual([503, { status: 'not ready' }]);
    expect(alive).toEqual([200, { status: 'alive' }]);
  });
});
