// What callers rely on: every body and every answer has the form that is published, to the last member and word.
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../broker/http/api/openapi.ts';
import { readSource } from '../support/source-tree.ts';

interface Described {
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const published = (): Described['components']['schemas'] =>
  (JSON.parse(readSource('docs/schema/openapi.json')) as Described).components.schemas;
const ours = (): Described['components']['schemas'] => {
  const document = openApiDocument({ url: 'https://buildpass.example.com', version: '0' });
  return (JSON.parse(JSON.stringify(document)) as Described).components.schemas;
};

describe('the form of a body or an answer', () => {
  it('has its name', () => {
    expect(Object.keys(ours())).toEqual(Object.keys(published()));
  });

  it.each(Object.keys(published()))('is the published one: %s', (name) => {
    expect(ours()[name]).toEqual(published()[name]);
  });
});
