import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { flowYaml } from '../../../../broker/policy/lint/flow-yaml.ts';

describe('a value on one line of YAML', () => {
  it.each([
    [{ every: '90d', by: ['acme/security'] }, '{ every: 90d, by: [acme/security] }'],
    [{ id: '2001', name: 'acme/libs' }, '{ id: "2001", name: acme/libs }'],
    [
      ['acme/security@v1.2-x_y', 'Nobody', '15m', '7h', 'nullable', 'offline', 'casino'],
      '[acme/security@v1.2-x_y, Nobody, 15m, 7h, nullable, offline, casino]',
    ],
    [
      ['7', '7x', 'm7 ', '-7m', 'TRUE', 'No', '~', 'a:b', '/x'],
      '["7", "7x", "m7 ", "-7m", "TRUE", "No", "~", "a:b", "/x"]',
    ],
    [['true', 'false', 'off', 'on', 'no'], '["true", "false", "off", "on", "no"]'],
    [[7, true, null], '[7, true, null]'],
    [{ 'a b': ['x'], on: 'y' }, '{ "a b": [x], "on": y }'],
    [['yes', 'null', 'a: b', '*', ''], '["yes", "null", "a: b", "*", ""]'],
  ])('%j', (value, text) => {
    expect(flowYaml(value)).toBe(text);
  });

  it('is read as the same value again', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9:.@/~-]{0,6}$/));
    const value = fc.dictionary(fc.stringMatching(/^[a-z-]{1,8}$/), fc.oneof(text, fc.array(text)), { minKeys: 1 });
    fc.assert(
      fc.property(value, (one) => {
        expect(parse(flowYaml(one))).toEqual({ ...one });
      }),
    );
  });
});
