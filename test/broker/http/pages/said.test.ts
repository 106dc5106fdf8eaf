import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exact, said, saidBlock, saidWhole, sentence } from '../../../../broker/http/pages/said.ts';
import { ownWords, textOf } from './page-text.ts';

describe('words from outside', () => {
  it('are quoted, isolated, and their end is heard', () => {
    expect(String(said('Approved by acme/security'))).toBe(
      '<span class="said"><span class="heard">quote: </span><bdi dir="auto">Approved by acme/security</bdi><span class="heard"> end of quote</span></span>',
    );
  });

  it('stay text when they are markup', () => {
    expect(String(said('<b onclick="x">&</b>'))).toContain('&lt;b onclick=&quot;x&quot;&gt;&amp;&lt;/b&gt;');
  });

  it.each([
    ['turns the direction', '\u202E', 'U+202E'],
    ['isolates', '\u2066', 'U+2066'],
    ['has no width', '\u200B', 'U+200B'],
    ['is a control', '\u0000', 'U+0000'],
    ['breaks the line', '\n', 'U+000A'],
    ['is another space', '\u00A0', 'U+00A0'],
    ['looks like nothing', '\u3164', 'U+3164'],
    ['asks for colour', '\uFE0F', 'U+FE0F'],
    ['tags what stands before', '\u{E0041}', 'U+E0041'],
    ['is half a pair', '\uD83D', 'U+D83D'],
  ])('show a sign that %s as its code point', (_, sign, name) => {
    const markup = String(said(`a${sign}b`));
    expect(markup).toContain(`a<span class="point">${name}</span>b`);
    expect(markup).not.toContain(sign);
  });

  it('let three marks stand on a letter, and box those that would be heaped on them', () => {
    expect(String(said('e\u0301\u0302\u0303'))).not.toContain('point');
    expect(String(said(`e${'\u0301'.repeat(9)}`)).match(/U\+0301/g)).toHaveLength(6);
  });

  it('are cut at 200 characters, and say so in words of our own', () => {
    const markup = said('x'.repeat(10_000));
    expect(String(markup).match(/x/g)).toHaveLength(200);
    expect(ownWords(markup)).toBe('[quoted] first 200 of 10,000 characters');
  });

  it('are whole behind what opens, where there is room', () => {
    const markup = String(saidWhole('x'.repeat(10_000)));
    expect(markup.match(/x/g)).toHaveLength(10_200);
    expect(textOf(markup)).toContain('Show all 10,000 characters');
    expect(String(saidWhole('short'))).toBe(String(said('short')));
  });

  it('keep their lines in a block, under who wrote them', () => {
    const markup = String(saidBlock('one\ntwo\u202E', 'As written in the workflow'));
    expect(markup).toContain('one\ntwo<span class="point">U+202E</span>');
    expect(ownWords(markup)).toBe('As written in the workflow[quoted]');
  });

  it('that are none are called empty', () => {
    expect(textOf(said(''))).toBe('empty');
  });

  it('of whatever kind never leave their quotation', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (words) => {
        expect(ownWords(said(words))).toBe('[quoted]');
      }),
    );
  });
});

describe('what cannot say anything', () => {
  it.each(['9c41e7a2b0d3', 'acme/shop', 'req_Ca56xuIPD6K7wv8IaTIf5w'])('stands plain: %s', (value) => {
    expect(String(exact(value))).toBe(`<code>${value}</code>`);
  });

  it.each(['Approved by acme', 'a\u202Eb', '', 'x'.repeat(129)])('is quoted where it could after all: %j', (value) => {
    expect(String(exact(value))).not.toContain('<code>');
  });
});

describe('a sentence of the broker', () => {
  it('has the job’s own value quoted, and keys as code', () => {
    const markup = sentence('The first rule wants `branch` to be main; this job has "new". Run it there.', 'new');
    expect(ownWords(markup)).toBe('The first rule wants branch to be main; this job has [quoted]. Run it there.');
    expect(String(markup)).toContain('<code>branch</code>');
  });

  it('quotes what stands in quotes even where the value is written otherwise', () => {
    expect(ownWords(sentence('named "a", now "b": ask', 'c'))).toBe('named [quoted]: ask');
    expect(ownWords(sentence('It has none.', undefined))).toBe('It has none.');
  });

  it('lets no value out of its quotation, quotes and backslashes of its own included', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('"', '\\', 'a', ' ', '`', '<', '\n', '\u202E'),
          minLength: 1,
          maxLength: 12,
        }),
        (got) => {
          const message = `This job has ${JSON.stringify(got)}. Run it elsewhere.`;
          expect(ownWords(sentence(message, got))).toBe('This job has [quoted]. Run it elsewhere.');
        },
      ),
      { numRuns: 2000 },
    );
  });
});
