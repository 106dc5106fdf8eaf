import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStsXml } from '../../../broker/providers/sts-xml.ts';
import { stsXml } from '../../support/aws-sts-xml.ts';

const XMLNS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';

describe('an answer of STS in XML', () => {
  it('is read with what it nests, on one line or several', () => {
    const answer = { A: { B: { C: 'x', D: 'a+/=' }, E: null } };
    expect(readStsXml(`<A ${XMLNS}><B><C>x</C><D>a+/=</D></B><E/></A>`)).toEqual(answer);
    expect(
      readStsXml(`<?xml version="1.0" encoding="UTF-8"?>\r\n<A>\n  <B>\n\t<C>x</C> <D>a+/=</D></B><E></E>\n</A>\n`),
    ).toEqual(answer);
  });

  it('keeps each space of a value, and decodes an entity once', () => {
    expect(readStsXml('<A> x &amp;lt;&quot;&apos;&gt; </A>')).toEqual({ A: ` x &lt;"'> ` });
  });

  it('is read back as it was written, whatever text it has', () => {
    const text = fc.string({ minLength: 1, unit: 'binary' });
    const name = fc.stringMatching(/^[A-Za-z]{1,12}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.dictionary(name, text, { minKeys: 1 }), { minKeys: 1 }), (members) => {
        expect(readStsXml(stsXml({ Answer: members }))).toEqual({ Answer: members });
      }),
    );
  });
});

describe('what is not read at all', () => {
  it.each([
    ['nothing', ''],
    ['text', 'x'],
    ['a document type', '<!DOCTYPE A [<!ENTITY x "y">]><A>x</A>'],
    ['an entity of a file', '<!DOCTYPE A [<!ENTITY x SYSTEM "file:///etc/passwd">]><A>&x;</A>'],
    ['an entity that it does not know', '<A>&x;</A>'],
    ['a character by its number', '<A>&#65;</A>'],
    ['an ampersand', '<A>a & b</A>'],
    ['a comment', '<A>x<!-- y --></A>'],
    ['CDATA', '<A><![CDATA[x]]></A>'],
    ['an instruction', '<A><?x y?></A>'],
    ['another encoding', '<?xml version="1.0" encoding="UTF-7"?><A>x</A>'],
    ['an attribute', '<A b="c">x</A>'],
    ['another namespace', '<A xmlns="https://evil.example.com/">x</A>'],
    ['a prefix', '<a:A>x</a:A>'],
    ['an element that is there twice', '<A><B>x</B><B>y</B></A>'],
    ['text beside elements', '<A>x<B>y</B></A>'],
    ['text after elements', '<A><B>y</B>x</A>'],
    ['an end of another element', '<A><B>x</A></B>'],
    ['no end', '<A><B>x</B>'],
    ['an end too many', '<A>x</A></A>'],
    ['two answers', '<A>x</A><A>y</A>'],
    ['something after it', '<A>x</A>{}'],
    ['a page', '<!doctype html><title>Login</title>'],
    ['a name without an end', `<${'A'.repeat(65)}>x</${'A'.repeat(65)}>`],
    ['one in another, seven times', `${'<A>'.repeat(7)}${'</A>'.repeat(7)}`],
    ['one in another, very often', '<A>'.repeat(80_000)],
    ['very many of one', `<A>${'<B/>'.repeat(60_000)}</A>`],
    ['an end that never comes', `<A>${' '.repeat(250_000)}`],
    ['ampersands without end', `<A>${'&amp'.repeat(60_000)}</A>`],
  ])('%s', (_what, text) => {
    expect(readStsXml(text)).toBeUndefined();
  });

  it('is whatever breaks off', () => {
    const whole = stsXml({ A: { B: { C: 'x&y' }, D: 'z' } }).trimEnd();
    for (let at = 0; at < whole.length; at += 1) expect(readStsXml(whole.slice(0, at))).toBeUndefined();
  });

  it('reaches no name that objects have', () => {
    const read = readStsXml('<A><constructor>x</constructor><toString>y</toString></A>') as { A: object };
    expect(Object.keys(read.A)).toEqual(['constructor', 'toString']);
    expect(readStsXml('<__proto__>x</__proto__>')).toBeUndefined();
  });
});
