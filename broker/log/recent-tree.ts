// The part of the tree that is worked on, in memory: the newest complete subtrees of each level and the newest checkpoints, so
// that appending hashes once and proving a new entry reads nothing. What is older is read from the store (prove.ts).
import { type Hash, nodeHash } from '../../shared/merkle.ts';
import type { GrowingTree } from '../store/store.ts';

/** More than a transaction ever appends: what it needs is still there when it fails. */
const KEPT_LEAVES = 4096;
const KEPT_AT_LEAST = 4;
const KEPT_CHECKPOINTS = 64;

interface SignedSize {
  readonly size: number;
  readonly note: string;
}

export class RecentTree {
  /** complete subtrees of 2^level leaves, by level and index */
  readonly #levels: Map<number, Hash>[] = [];
  /** ascending; consecutive, so that the first that covers an entry is the first there is */
  #signed: readonly SignedSize[];

  /** `edge`: the roots of the maximal complete subtrees of a tree of `size` leaves, widest first. */
  constructor({ size, edge }: { size: number; edge: readonly Hash[] }) {
    this.#signed = [{ size, note: '' }];
    for (const [at, { level, index }] of edgePlaces(size).entries()) this.#level(level).set(index, edge[at] as Hash);
  }

  at(size: number, keysChange = false): GrowingTree {
    return {
      ...{ size, keysChange },
      grow: (leaf, changesKeys = false) => {
        this.#add({ level: 0, index: size }, leaf);
        return this.at(size + 1, keysChange || changesKeys);
      },
    };
  }

  /** @throws RangeError where `size` is not of late */
  edge(size: number): Hash[] {
    return edgePlaces(size).map(({ level, index }) => {
      const hash = this.node(level, index);
      if (hash === undefined) throw new RangeError(`the edge of ${size} leaves is not at hand`);
      return hash;
    });
  }

  node(level: number, index: number): Hash | undefined {
    return this.#levels[level]?.get(index);
  }

  /** A checkpoint that is durable. */
  committed(size: number, note: string): void {
    this.#signed = [...this.#signed, { size, note }].slice(-KEPT_CHECKPOINTS);
  }

  /** The first checkpoint that covers an entry; undefined where it may be an older one. */
  covering(index: number): SignedSize | undefined {
    const first = this.#signed.findIndex(({ size }) => size > index);
    return first > 0 ? this.#signed[first] : undefined;
  }

  #add(place: Place, hash: Hash): void {
    const level = this.#level(place.level);
    level.set(place.index, hash);
    level.delete(place.index - Math.max(KEPT_AT_LEAST, KEPT_LEAVES / 2 ** place.level));
    if (place.index % 2 === 0) return;
    const left = level.get(place.index - 1);
    if (left === undefined) throw new RangeError(`leaf ${place.index} does not follow what is at hand`);
    this.#add({ level: place.level + 1, index: (place.index - 1) / 2 }, nodeHash(left, hash));
  }

  #level(level: number): Map<number, Hash> {
    for (let at = this.#levels.length; at <= level; at += 1) this.#levels.push(new Map());
    return this.#levels[level] ?? new Map();
  }
}

interface Place {
  readonly level: number;
  readonly index: number;
}

/** Where the subtrees of the right edge stand: one for each one bit of the size, widest first. */
function edgePlaces(size: number): Place[] {
  const places: Place[] = [];
  for (let [level, rest] = [0, size]; rest > 0; [level, rest] = [level + 1, Math.floor(rest / 2)])
    if (rest % 2 === 1) places.unshift({ level, index: rest - 1 });
  return places;
}
