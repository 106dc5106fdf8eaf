import { describe, expect, it } from 'vitest';
import { hclJson, hclText, renderHcl } from '../../../broker/cli/hcl.ts';

describe('Terraform', () => {
  it('never takes text for a template', () => {
    const [reference, directive] = ['$', '%'].map((mark) => `${mark}{x}`);
    expect(hclText(`${reference} ${directive} $5 %`)).toBe(`"$${reference} %${directive} $5 %"`);
  });

  it('takes quotes, backslashes and line ends as text', () => {
    expect(hclText('a"b\\c\nd')).toBe(String.raw`"a\"b\\c\nd"`);
  });

  it('has `=` in one column over lines that belong together', () => {
    const body = { a: 1, long_name: true, map: { 'x:y': 'z' }, b: ['c', 'd'], ref: { expression: 'var.x' } };
    expect(renderHcl([{ comment: 'Why.', head: ['resource', 'kind', 'name'], body }])).toBe(`# Why.
resource "kind" "name" {
  a         = 1
  long_name = true
  map = {
    "x:y" = "z"
  }
  b   = ["c", "d"]
  ref = var.x
}`);
  });

  it('has documents as one text', () => {
    expect(renderHcl([{ head: ['x'], body: { policy: hclJson({ A: [{ b: 'c' }] }) } }])).toBe(`x {
  policy = jsonencode({
    A = [
      {
        b = "c"
      },
    ]
  })
}`);
  });
});
