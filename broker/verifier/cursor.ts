// Reads on in a stream of rows as far as a caller wants, and knows whether anything is left.

export class Cursor<T> {
  readonly #rows: AsyncIterator<T>;
  #next: T | undefined;
  #ended = false;

  constructor(rows: AsyncIterable<T>) {
    this.#rows = rows[Symbol.asyncIterator]();
  }

  async takeWhile(wanted: (row: T) => boolean): Promise<T[]> {
    const taken: T[] = [];
    for (let row = await this.#peek(); row !== undefined && wanted(row); row = await this.#peek()) {
      taken.push(row);
      this.#next = undefined;
    }
    return taken;
  }

  take(count: number): Promise<T[]> {
    let left = count;
    return this.takeWhile(() => left-- > 0);
  }

  async isAtEnd(): Promise<boolean> {
    return (await this.#peek()) === undefined;
  }

  async #peek(): Promise<T | undefined> {
    if (this.#next !== undefined || this.#ended) return this.#next;
    const { done, value } = await this.#rows.next();
    this.#ended = done === true;
    this.#next = done === true ? undefined : value;
    return this.#next;
  }
}
