// Which keys of a configuration belong to parts that are not built yet: found by the `later` mark of the schema, so that no
// second list can go stale. Said at start, because a key that is silently ignored is a promise that nobody keeps.
import { z } from 'zod';
import type { KeyPath } from '../yaml/strict-yaml.ts';
import { configSchema } from './schema.ts';

interface Shape {
  readonly later?: boolean;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
}

/** Paths of the keys that `document` sets and nothing uses. */
export function laterKeys(document: unknown): KeyPath[] {
  return marked(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Shape, document, []);
}

function marked(shape: Shape, value: unknown, path: KeyPath): KeyPath[] {
  if (shape.later === true) return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const next = shape.properties?.[key] ?? shape.additionalProperties;
    return typeof next === 'object' && inner !== undefined ? marked(next, inner, [...path, key]) : [];
  });
}
