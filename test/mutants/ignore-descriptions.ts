// Leaves out what a schema's `.describe()` says: it is text of the generated reference, and `npm run check:docs` compares it.

interface Node {
  readonly type: string;
  readonly callee?: Node;
  readonly property?: { readonly name?: string };
}

interface Path {
  readonly node: Node;
  readonly parentPath?: Path;
  readonly listKey?: string;
}

const ignorer = {
  shouldIgnore({ listKey, parentPath }: Path): string | undefined {
    const isDescription = listKey === 'arguments' && parentPath?.node.callee?.property?.name === 'describe';
    return isDescription ? 'text of the generated reference, compared by npm run check:docs' : undefined;
  },
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'descriptions', value: ignorer }];
