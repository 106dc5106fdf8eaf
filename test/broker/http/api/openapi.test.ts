import { Validator } from '@seriousme/openapi-schema-validator';
import type { Router } from 'express';
import { describe, expect, it } from 'vitest';
import { type AppDeps, apiRouters } from '../../../../broker/app.ts';
import { systemEntropy } from '../../../../broker/clock.ts';
import { OPERATIONS, openApiDocument } from '../../../../broker/http/api/openapi.ts';
import { OTHER_CODES, REASON_CODES, REQUEST_CODES } from '../../../../shared/error-codes.ts';
import { operationNames } from '../../../support/described-answers.ts';

const url = 'https://buildpass.example.com';

/** As much of a broker as its routes need to be there. */
const deps = {
  ...{
    url,
    issuer: url,
    version: '0',
    verifierKey: () => '',
    verifierKeys: () => [],
    keySet: () => ({ keys: [] }),
    demo: false,
    elapsed: () => 0,
    entropy: systemEntropy,
  },
  people: { providers: new Map(), cookies: {} },
} as unknown as AppDeps;

interface Layer {
  readonly route?: { readonly path: string | RegExp | readonly string[]; readonly methods: Record<string, boolean> };
}

/** `get /v1/requests/{id}` for every method of every route of a router. */
function routesOf(router: Router): string[] {
  return (router.stack as unknown as readonly Layer[]).flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = Object.keys(route.methods).filter((method) => method !== '_all' && method !== 'head');
    return [route.path]
      .flat()
      .flatMap((path) => methods.map((method) => `${method} ${spelled(path as string | RegExp)}`));
  });
}

/** The one route that is a pattern has two parameters. */
const spelled = (path: string | RegExp): string =>
  path instanceof RegExp ? '/log/tile/{level}/{tile}' : path.replace(/:(\w+)/g, '{$1}');

describe('/openapi.json', () => {
  it('describes every route of the API, and no other', () => {
    const routes = new Set(['post /v1/token', ...apiRouters(deps).flatMap(routesOf)]);
    expect([...routes].sort()).toEqual(operationNames().sort());
  });

  it('is an OpenAPI document, by a validator that we did not write', async () => {
    const document = structuredClone(openApiDocument({ url, version: '1.2.3' })) as Record<string, unknown>;
    const result = await new Validator().validate(document);
    expect(result).toMatchObject({ valid: true });
  });

  it('names only codes that there are, each operation its own', () => {
    const known: readonly string[] = [...REQUEST_CODES, ...REASON_CODES, ...OTHER_CODES];
    expect(OPERATIONS.flatMap(({ errors }) => errors).filter((code) => !known.includes(code))).toEqual([]);
    const ids = Object.values((openApiDocument({ url, version: '0' }) as { paths: object }).paths).flatMap((path) =>
      Object.values(path as object).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('leaves room in answers for what comes later, and none in a verdict', () => {
    const { schemas } = (openApiDocument({ url, version: '0' }) as { components: { schemas: Record<string, object> } })
      .components;
    expect(schemas['Me']).not.toHaveProperty('additionalProperties');
    expect(schemas['Verdict']).toMatchObject({ additionalProperties: false, required: ['verdict', 'binding'] });
    expect(schemas['PasskeyResetOrder']).toMatchObject({ additionalProperties: false });
  });
});
