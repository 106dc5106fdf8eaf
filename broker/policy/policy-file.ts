// One file of a policy directory, read strictly: whatever can be said of it without any other file. The result is plain data, so
// that another thread may read it and that it can be kept packed, in some hundredth of what it takes unpacked.
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Place } from '../yaml/places.ts';
import { type Finding, findingIn, parseStrictYaml } from '../yaml/strict-yaml.ts';
import { type ProjectDocument, projectSchema } from './document.ts';
import { type OrganizationDocument, organizationSchema } from './organization-document.ts';
import type { PolicyDocument } from './policy-set.ts';

export interface PolicyFile extends PolicyDocument {
  readonly kind: 'organization' | 'project';
}

export type ParsedFile<T> =
  | { readonly ok: true; readonly value: T; readonly places: () => Place }
  | { readonly ok: false; readonly findings: readonly Finding[] };

declare const packedOf: unique symbol;
type Bytes = Uint8Array<ArrayBuffer>;
/**
 * A `ParsedFile` in bytes of its own, which can be handed to another thread. Where its keys stand is as much again, and only
 * asked for where something is found: that has bytes apart, none where the file could not be read.
 */
export interface Packed<T = unknown> {
  readonly parsed: Bytes;
  readonly places: Bytes;
  readonly [packedOf]?: T;
}

type Parsed<T> = { readonly ok: true; readonly value: T } | Extract<ParsedFile<T>, { ok: false }>;

/** Pure, and slow: some 80 ms for a file of 41 KiB, nearly all of it the YAML parser's. */
export function parseFile({ kind, ...source }: PolicyFile): Packed {
  const schema = kind === 'organization' ? organizationSchema : projectSchema;
  const result = parseStrictYaml<OrganizationDocument | ProjectDocument>(source, schema);
  if (!result.ok) return { parsed: pack(result), places: new Uint8Array() };
  const { value, places } = result.yaml;
  return { parsed: pack({ ok: true, value }), places: pack(places()) };
}

/** Copied, since the buffers that come from here may be larger than what they hold. */
const pack = (value: Parsed<unknown> | Place): Bytes => new Uint8Array(deflateRawSync(serialize(value), { level: 1 }));

/** Only ever of what `parseFile` made. */
export function unpack<T>({ parsed, places }: Packed<T>): ParsedFile<T> {
  const unpacked = unpackedFrom(parsed) as Parsed<T>;
  return unpacked.ok ? { ...unpacked, places: () => unpackedFrom(places) as Place } : unpacked;
}

const unpackedFrom = (bytes: Bytes): unknown => deserialize(inflateRawSync(bytes));

/** Findings of one file. Most files have none: the places are unpacked for the first. */
export function placing(
  file: string,
  places: () => Place,
): (path: Parameters<typeof findingIn>[1], message: string) => Finding {
  let unpacked: Place | undefined;
  return (path, message) => {
    unpacked ??= places();
    return findingIn({ file, places: unpacked }, path, message);
  };
}
