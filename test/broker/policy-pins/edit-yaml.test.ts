import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fillIn } from '../../../broker/policy-pins/edit-yaml.ts';
import { findPins, type PinSource } from '../../../broker/policy-pins/find-pins.ts';

function pinned(text: string, holds: PinSource['holds'] = 'project'): string {
  const found = findPins({ file: 'f.yaml', text, holds });
  if (!found.ok) throw new Error(JSON.stringify(found.findings));
  const missing = found.pins.filter(({ id, unquoted }) => id === undefined || unquoted);
  return fillIn(
    text,
    missing.map((pin, at) => pin.fill(pin.id ?? String(7001 + at))),
  );
}

describe('filling in ids', () => {
  it('leaves comments, order, quotes and spaces as they are', () => {
    const before = `# The shop.
project:   shop   # its name
repositories:
  - { name: acme/shop } # first
  - {name: "acme/b",issuer: github}
  - name: acme/c # third

    issuer: 'github'
  -   name: acme/d
  - { name: acme/e, id: } # no id yet
  - name: acme/f
    id: # to be found
    issuer: github
  - { name: acme/g, id: 12345678901234567890 }
  - { name: acme/h, id: "2001" }
entitlements: { "x":  [ 1 ,2 ] }
`;
    expect(pinned(before)).toBe(`# The shop.
project:   shop   # its name
repositories:
  - { name: acme/shop, id: "7001" } # first
  - {name: "acme/b", id: "7002",issuer: github}
  - name: acme/c # third
    id: "7003"

    issuer: 'github'
  -   name: acme/d
      id: "7004"
  - { name: acme/e, id: "7005" } # no id yet
  - name: acme/f
    id: "7006" # to be found
    issuer: github
  - { name: acme/g, id: "12345678901234567890" }
  - { name: acme/h, id: "2001" }
entitlements: { "x":  [ 1 ,2 ] }
`);
  });

  it('fills teams and the repositories of offers', () => {
    const before = `teams:
  acme/a:
  acme/b: {}
  acme/c: { github: }
  acme/d:
    github: 5 # five
  acme/e: { sign-in: sso, group: x }
projects:
  shop:
    may-offer:
      - { kind: github-token, repositories: [{ name: acme/libs }], permissions: { contents: read } }
`;
    expect(pinned(before, 'organization')).toBe(`teams:
  acme/a: { github: "7001" }
  acme/b: { github: "7002" }
  acme/c: { github: "7003" }
  acme/d:
    github: "5" # five
  acme/e: { sign-in: sso, group: x }
projects:
  shop:
    may-offer:
      - { kind: github-token, repositories: [{ name: acme/libs, id: "7005" }], permissions: { contents: read } }
`);
  });

  it('fills owners of the configuration', () => {
    const before = 'issuers: { github: { kind: github, owners: { acme, other: } } }\nurl: x\n';
    expect(pinned(before, 'configuration')).toBe(
      'issuers: { github: { kind: github, owners: { acme: "7001", other: "7002" } } }\nurl: x\n',
    );
  });

  it('keeps line ends as they are, and works at the end of a file', () => {
    expect(pinned('repositories:\r\n  - name: a/b\r\n  - name: c/d')).toBe(
      'repositories:\r\n  - name: a/b\r\n    id: "7001"\r\n  - name: c/d\r\n    id: "7002"',
    );
  });

  it('believes no edit that says anything else than the text with the ids', () => {
    const path = ['repositories', 0, 'id'];
    const edits = [
      { from: 0, to: 0, text: 'x: 1\n' },
      { from: 0, to: 5, text: '' },
      { from: 19, to: 19, text: '{' },
    ];
    for (const edit of edits)
      expect(() => fillIn('repositories: [{ name: a/b }]\n', [{ edit, path, id: '1' }])).toThrow('write them by hand');
  });

  it('changes nothing but ids, whatever the file looks like', () => {
    const spaces = fc.constantFrom('', ' ', '   ');
    const comment = fc.constantFrom('', ' # x', '  # { id: 5 }');
    const entry = fc
      .record({
        flow: fc.boolean(),
        id: fc.constantFrom('', 'null', '5', '"6"', undefined),
        issuer: fc.boolean(),
        s: spaces,
        comment,
      })
      .map(({ flow, id, issuer, s, comment: end }) => {
        const keys = ['name: a/b', ...(id === undefined ? [] : [`id: ${id}`]), ...(issuer ? ['issuer: github'] : [])];
        return flow
          ? `  - {${s}${keys.join(`${s},  `)} }${end}`
          : `  -${s || ' '}${keys.join(`${end}\n   ${s || ' '}`)}${end}`;
      });
    const files = fc
      .array(entry, { minLength: 1, maxLength: 6 })
      .map((entries) => `# top\nrepositories:\n${entries.join('\n')}\nother: 1\n`);
    fc.assert(
      fc.property(files, (text) => {
        const edited = pinned(text);
        const withoutIds = (yaml: string) =>
          JSON.parse(JSON.stringify(parse(yaml)), (key, value) => (key === 'id' ? undefined : value));
        expect(withoutIds(edited)).toEqual(withoutIds(text));
        expect(
          parse(edited).repositories.every(({ id }: { id: unknown }) => typeof id === 'string' && /^\d+$/.test(id)),
        ).toBe(true);
        expect(pinned(edited)).toBe(edited);
      }),
    );
  });
});
