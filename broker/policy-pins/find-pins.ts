// Where names stand in the files of a policy directory that an id belongs to, and how the id is written there: repositories of
// projects and of offers, teams, and owners of the configuration. Reads files that the loader refuses for want of an id.
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { type Finding, parseStrictYaml } from '../yaml/strict-yaml.ts';
import { type Filling, fillKey, fillValue } from './edit-yaml.ts';

export type PinKind = 'repository' | 'team' | 'owner';

/** A name, and the id that stands beside it. */
export interface Pin {
  readonly kind: PinKind;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** as it is written; undefined where there is none yet */
  readonly id: string | undefined;
  /** digits without quotes, which YAML takes for a number */
  readonly unquoted: boolean;
  /** of a repository of a project, where it names one */
  readonly issuer: string | undefined;
  /** how the file becomes one with the id */
  readonly fill: (id: string) => Filling;
}

export type PinsFound =
  | { readonly ok: true; readonly pins: readonly Pin[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export interface PinSource {
  readonly file: string;
  readonly text: string;
  readonly holds: 'project' | 'organization' | 'configuration';
}

export function findPins(source: PinSource): PinsFound {
  // The same trickery is refused as by the loader; what the keys mean is not looked at.
  const strict = parseStrictYaml(source, z.unknown());
  if (!strict.ok) return strict;
  const lines = new LineCounter();
  const document = parseDocument(source.text, {
    ...{ version: '1.2', schema: 'core', keepSourceTokens: true, lineCounter: lines, stringKeys: true },
  });
  const place = (offset: number): Pick<Pin, 'file' | 'line' | 'column'> => {
    const { line, col } = lines.linePos(offset);
    return { file: source.file, line, column: col };
  };
  const pins = PLACES[source.holds](document).map(({ offset, ...pin }) => ({ ...pin, ...place(offset) }));
  return { ok: true, pins };
}

type Found = Omit<Pin, 'file' | 'line' | 'column'> & { readonly offset: number };

const PLACES: Readonly<Record<PinSource['holds'], (document: Document) => Found[]>> = {
  project: ({ contents }) => repositoriesIn(memberOf(contents, 'repositories'), ['repositories']),
  organization: ({ contents }) => [
    ...teamsIn(memberOf(contents, 'teams')),
    ...entriesOf(memberOf(contents, 'projects')).flatMap(({ key, value }) => [
      ...repositoriesIn(memberOf(value, 'repositories'), ['projects', key, 'repositories']),
      ...offersIn(memberOf(value, 'may-offer'), ['projects', key, 'may-offer']),
    ]),
  ],
  configuration: ({ contents }) =>
    entriesOf(memberOf(contents, 'issuers')).flatMap(({ key, value }) => ownersIn(memberOf(value, 'owners'), key)),
};

type Path = Filling['path'];

function offersIn(offers: unknown, path: Path): Found[] {
  if (!isSeq(offers)) return [];
  return offers.items.flatMap((offer, at) =>
    repositoriesIn(memberOf(offer, 'repositories'), [...path, at, 'repositories']),
  );
}

/** `{ name, id }` each; what is written otherwise the loader speaks of. */
function repositoriesIn(list: unknown, path: Path): Found[] {
  if (!isSeq(list)) return [];
  return list.items.flatMap((item, at) => {
    const name = isMap(item) ? item.get('name') : undefined;
    if (!isMap(item) || typeof name !== 'string') return [];
    const issuer = item.get('issuer');
    return [
      {
        ...{ kind: 'repository', name, issuer: typeof issuer === 'string' ? issuer : undefined },
        ...idIn(item, 'id'),
        offset: item.range?.[0] ?? 0,
        fill: (id) => ({ edit: fillKey(item, { key: 'id', after: 'name', id }), path: [...path, at, 'id'], id }),
      },
    ];
  });
}

function teamsIn(teams: unknown): Found[] {
  return entriesOf(teams).flatMap(({ key: name, value, pair, offset }) => {
    // A group of a sign-in provider is nothing that GitHub knows.
    if (isMap(value) && (value.has('sign-in') || value.has('group'))) return [];
    const given = isMap(value) ? idIn(value, 'github') : { id: undefined, unquoted: false };
    const fill = (id: string): Filling => ({
      ...{ path: ['teams', name, 'github'], id },
      edit:
        isMap(value) && value.items.length > 0
          ? fillKey(value, { key: 'github', after: undefined, id })
          : fillValue(pair, `{ github: ${JSON.stringify(id)} }`),
    });
    return [{ kind: 'team', name, issuer: undefined, ...given, offset, fill }];
  });
}

function ownersIn(owners: unknown, issuer: string): Found[] {
  return entriesOf(owners).map(({ key: name, value, pair, offset }) => ({
    ...{ kind: 'owner', name, issuer, offset, ...idOf(value) },
    fill: (id) => ({ edit: fillValue(pair, JSON.stringify(id)), path: ['issuers', issuer, 'owners', name], id }),
  }));
}

const idIn = (map: YAMLMap, key: string): Pick<Pin, 'id' | 'unquoted'> => idOf(map.get(key, true));

/** A number keeps its digits as they are written: as a number the last ones could be lost. */
function idOf(node: unknown): Pick<Pin, 'id' | 'unquoted'> {
  if (!isScalar(node) || node.value === null || node.value === '') return { id: undefined, unquoted: false };
  if (typeof node.value === 'string') return { id: node.value, unquoted: false };
  return { id: node.source ?? String(node.value), unquoted: true };
}

interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly pair: YAMLMap['items'][number];
  readonly offset: number;
}

function entriesOf(node: unknown): Entry[] {
  if (!isMap(node)) return [];
  return node.items.flatMap((pair) => {
    const { key, value } = pair;
    if (!isPair(pair) || !isScalar(key)) return [];
    return [{ key: String(key.value), value, pair, offset: key.range?.[0] ?? 0 }];
  });
}

const memberOf = (node: unknown, key: string): unknown => (isMap(node) ? node.get(key) : undefined);
