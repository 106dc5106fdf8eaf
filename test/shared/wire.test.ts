// What callers rely on: every operation, body and answer is what is published, to the last member and word.
import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../broker/http/api/openapi.ts';
import { readSource } from '../support/source-tree.ts';

type Parts = Readonly<Record<string, unknown>>;
interface Described {
  readonly paths: Parts;
  readonly components: { readonly schemas: Parts };
}

const published: Described = JSON.parse(readSource('docs/schema/openapi.json'));

describe('what is described', () => {
  let ours: Described;
  beforeAll(() => {
    ours = JSON.parse(JSON.stringify(openApiDocument({ url: 'https://buildpass.example.com', version: '0' })));
  });

  it('is what is published, in its order', () => {
    const names = ({ paths, components }: Described) => [...Object.keys(paths), ...Object.keys(components.schemas)];
    expect(names(ours)).toEqual(names(published));
  });

  it.each(Object.keys(published.components.schemas))('has the published form: %s', (name) => {
    expect(ours.components.schemas[name]).toEqual(published.components.schemas[name]);
  });

  it.each(Object.keys(published.paths))('is asked and answered as published: %s', (path) => {
    expect(ours.paths[path]).toEqual(published.paths[path]);
  });
});
