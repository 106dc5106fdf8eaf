import express from 'express';
import { describe, expect, it } from 'vitest';
import { metadataRoutes } from '../../../broker/http/metadata-routes.ts';
import type { Store } from '../../../broker/store/store.ts';
import { serveOnce } from '../../support/serve-once.ts';

const storeWith = (inForce: () => Promise<object | undefined>) =>
  ({ read: (query: (tx: unknown) => unknown) => query({ policies: { inForce } }) }) as unknown as Store;

async function readiness({ accepting = true, inForce = async () => ({}) as object | undefined }) {
  const [url, issuer] = ['https://broker.example', 'https://keys.example'];
  const deps = { url, issuer, keySet: { keys: [] }, store: storeWith(inForce), accepting: () => accepting };
  const origin = await serveOnce(express().use(metadataRoutes(deps)));
  const [ready, alive] = await Promise.all(['/readyz', '/healthz'].map((path) => fetch(`${origin}${path}`)));
  return { ready: [ready?.status, await ready?.json()], alive: [alive?.status, await alive?.json()] };
}

describe('readiness', () => {
  it('is there while a policy is in force', async () => {
    expect((await readiness({})).ready).toEqual([200, { status: 'ready' }]);
  });

  it.each([
    ['a shutdown began', { accepting: false }],
    ['no policy is in force', { inForce: async () => undefined }],
    ['the store does not answer', { inForce: () => Promise.reject(new Error('disk')) }],
  ])('is gone when %s, and the process lives on', async (_what, state) => {
    const { ready, alive } = await readiness(state);
    expect(ready).toEqual([503, { status: 'not ready' }]);
    expect(alive).toEqual([200, { status: 'alive' }]);
  });
});
