import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonObject } from '../../../broker/identity/strict-json.ts';

const parse = (text: string) => parseJsonObject(Buffer.from(text));

describe('strict JSON', () => {
  test('any object without duplicates is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 })), (value) => {
        const text = JSON.stringify(value).replaceAll(':', ' : ');
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('a duplicate is found wherever it is put in', () => {
    const names = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(names, fc.nat(), fc.jsonValue(), (members, at, value) => {
        const twice = [...members, members[at % members.length]];
        const text = `{"list":[0,{"inner":{${twice.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}}]}`;
        expect(() => parse(text)).toThrow('twice');
      }),
    );
  });

  test.for([
    ['at the top', '{"aud":"a","aud":"b"}', '"aud"'],
    ['with another spelling of the name', String.raw`{"aud":"a","\u0061ud":"b"}`, '"aud"'],
    ['deep inside', '{"a":[{"b":{"c":1,"c":1}}]}', '"c"'],
    ['of a name that JavaScript treats in its own way', '{"__proto__":{},"__proto__":{}}', '"__proto__"'],
    ['with quotes and backslashes around', String.raw`{"a":"\"}\\","b":"{\"b\":","b":1}`, '"b"'],
  ])('a member given twice is refused: %s', ([, text = '', name]) => {
    expect(() => parse(text)).toThrow(`has the member ${name} twice`);
  });

  test.for(['{"a":{"a":1},"b":{"a":1}}', '{"a":"a","b":"a:"}', '[{"a":1},{"a":2}]'])(
    'the same name in different objects is fine: %s',
    (inner) => {
      expect(parse(`{"outer":${inner}}`)).toEqual({ outer: JSON.parse(inner) });
    },
  );

  test.for(['[]', 'null', '"text"', '1', 'true'])('%s is refused: not an object', (text) => {
    expect(() => parse(text)).toThrow('is not a JSON object');
  });

  test.for(['', '{', '{}{}', "{'a':1}", '{"a":1,}', '{"a":NaN}', '\uFEFF{}', '{"a":"\n"}'])(
    '%j is refused: not JSON',
    (text) => {
      expect(() => parse(text)).toThrow('is not JSON');
    },
  );

  test.for([[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80]])('bytes %j in a string are refused: not UTF-8', (bytes) => {
    expect(() => parseJsonObject(Buffer.from([...Buffer.from('{"a":"'), ...bytes, ...Buffer.from('"}')]))).toThrow(
      expect.objectContaining({ message: 'is not UTF-8', cause: expect.any(TypeError) }),
    );
  });

  test('nesting ends at 16 levels, and 100 KiB of brackets end nothing else', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(parse(nested(16))).toHaveProperty('a');
    expect(() => parse(nested(17))).toThrow('is nested deeper than 16 levels');
    expect(() => parse(nested(50_000))).toThrow('is nested deeper than 16 levels');
  });
});
