// A policy schema as JSON Schema, for editors: what may be written, as far as JSON Schema can say it, with every description.
// It takes what the loader takes. The loader refuses more: what depends on another file or on two keys together.
import { z } from 'zod';
import type { CredentialKinds } from '../providers/credential-kinds.ts';

type Shape = Record<string, unknown> & { properties?: Record<string, unknown>; required?: string[] };

export interface JsonSchemaOptions {
  readonly title: string;
  readonly kinds: CredentialKinds;
}

export function jsonSchemaOf(schema: z.ZodType, { title, kinds }: JsonSchemaOptions): object {
  return { ...asWritten(schema, ({ jsonSchema }) => spellOutKinds(jsonSchema as Shape, kinds)), title };
}

type Override = NonNullable<z.core.ToJSONSchemaParams['override']>;

/** Draft 7 is what the language servers of editors know best. */
const asWritten = (schema: z.ZodType, override?: Override): Shape =>
  z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any', ...(override && { override }) });

/** In place of "a kind and whatever": each kind with its own keys. */
function spellOutKinds(shape: Shape, kinds: CredentialKinds): void {
  const { byKind } = shape;
  if (byKind !== 'parameters' && byKind !== 'offer') return;
  delete shape['byKind'];
  delete shape['additionalProperties'];
  shape.properties = { kind: { ...(shape.properties?.['kind'] as object), enum: [...kinds.keys()] } };
  shape['anyOf'] = [...kinds].map(([name, { schemas }]) => ofKind(name, schemas[byKind]));
}

function ofKind(kind: string, schema: z.ZodType): Shape {
  const { $schema: _version, ...made } = asWritten(schema);
  return {
    ...made,
    properties: { kind: { const: kind }, ...made.properties },
    required: ['kind', ...(made.required ?? [])],
  };
}
