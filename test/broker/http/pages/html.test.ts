import { describe, expect, it } from 'vitest';
import { html } from '../../../../broker/http/pages/html.ts';
import { filesMatching, readSource } from '../../../support/source-tree.ts';

const SOURCES = filesMatching(/^broker\/http\/pages\/.*\.ts$/);

describe('the html template', () => {
  it('escapes what would be markup, in text and in attributes', () => {
    const hostile = `<script>"&'</script>`;
    expect(String(html`<p title="${hostile}">${hostile}</p>`)).toBe(
      '<p title="&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;">&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;</p>',
    );
  });

  it('takes markup that it made itself, alone or in lists, as it is', () => {
    const items = ['a & b', 'c'].map((item) => html`<li>${item}</li>`);
    expect(String(html`<ul>${items}</ul>`)).toBe('<ul><li>a &amp; b</li><li>c</li></ul>');
  });

  it('takes nothing else for markup, however much it looks like it', () => {
    const posing = { toString: () => '<b>' } as unknown as string;
    expect(String(html`${[posing].map(String)}`)).toBe('&lt;b&gt;');
  });

  it('leaves out what is undefined or false, and writes zero', () => {
    expect(String(html`[${undefined}${false}${0}]`)).toBe('[0]');
  });

  it.each([
    ['turns the direction', '\u202E'],
    ['is a control', '\u0007'],
    ['is half a pair', '\uD83D'],
    ['looks empty', '\u3164'],
    ['is a soft hyphen', '\u00AD'],
  ])('takes out a sign that %s', (_, sign) => {
    expect(String(html`a${`x${sign}y`}b`)).toBe('ax\uFFFDyb');
  });
});

describe('the sources of the pages', () => {
  it('write every value of an attribute in quotes', () => {
    expect(SOURCES.filter((file) => /=\$\{/.test(readSource(file)))).toEqual([]);
  });

  it('hold no script but one that is loaded, no style in the markup, and no handler', () => {
    expect(
      SOURCES.filter((file) =>
        /<script(?! type="module" src="\$\{script\}"><\/script>)|\sstyle="|\son[a-z]+="|javascript:/i.test(
          readSource(file),
        ),
      ),
    ).toEqual([]);
  });
});
