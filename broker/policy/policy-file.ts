// One file of a policy directory, read strictly: whatever can be said of it without any other file. The result is plain data, so
// that another thread may read it and that it can be kept packed, in some hundredth of what it takes unpacked.
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Finding, findingIn, parseStrictYaml } from '../strict-yaml.ts';
import type { Place } from '../yaml-places.ts';
import { type ProjectDocument, projectSchema } from './document.ts';
import { type OrganizationDocument, organizationSchema } from './organization-document.ts';
import type { PolicyDocument } from './policy-set.ts';

export interface PolicyFile extends PolicyDocument {
  readonly kind: 'organization' | 'project';
}

export type ParsedFile<T> =
  | { readonly ok: true; readonly value: T; readonly places: Place }
  | { readonly ok: false; readonly findings: readonly Finding[] };

declare const packedOf: unique symbol;
/** A `ParsedFile` in bytes of its own, which can be handed to another thread. */
export type Packed<T = unknown> = Uint8Array<ArrayBuffer> & { readonly [packedOf]?: T };

/** Pure, and slow: some 80 ms for a file of 41 KiB, nearly all of it the YAML parser's. */
export function parseFile({ kind, ...source }: PolicyFile): Packed {
  const schema = kind === 'organization' ? organizationSchema : projectSchema;
  const result = parseStrictYaml<OrganizationDocument | ProjectDocument>(source, schema);
  return pack(result.ok ? { ok: true, value: result.yaml.value, places: result.yaml.places() } : result);
}

/** Copied, since the buffers that come from here may be larger than what they hold. */
const pack = (parsed: ParsedFile<unknown>): Packed => new Uint8Array(deflateRawSync(serialize(parsed), { level: 1 }));

/** Only ever of what `parseFile` made. */
export const unpack = <T>(packed: Packed<T>): ParsedFile<T> => deserialize(inflateRawSync(packed)) as ParsedFile<T>;

export const placing = (file: string, places: Place) => (path: Parameters<typeof findingIn>[1], message: string) =>
  findingIn({ file, places }, path, message);
