import { describe, expect, it } from 'vitest';
import type { ProjectDocument } from '../../../broker/policy/document.ts';
import { type Packed, type PolicyFile, parseFile, placing, unpack } from '../../../broker/policy/policy-file.ts';
import { buildOrganization, buildProject, yamlText } from '../../support/build-policy.ts';

const project = (text: string): PolicyFile => ({ kind: 'project', file: 'shop.yaml', text });

describe('a policy file that was read and packed', () => {
  it('is unpacked as it was, with the places of its keys', () => {
    const unpacked = unpack(parseFile(project(yamlText(buildProject()))) as Packed<ProjectDocument>);
    if (!unpacked.ok) throw new Error('it is well');
    expect(unpacked.value).toMatchObject({ project: 'shop', entitlements: { preview: { ttl: 600 } } });
    expect(placing('shop.yaml', unpacked.places)(['entitlements', 'preview', 'ttl'], 'is long')).toEqual({
      ...{ file: 'shop.yaml', line: 14, column: 5, key: 'entitlements.preview.ttl', message: 'is long' },
    });
  });

  it('is read by the form of its kind', () => {
    const text = yamlText(buildOrganization());
    expect(unpack(parseFile({ kind: 'organization', file: '_organization.yaml', text })).ok).toBe(true);
    expect(unpack(parseFile(project(text))).ok).toBe(false);
  });

  it('has its findings, and no places, where it cannot be read', () => {
    const packed = parseFile(project('shop'));
    expect(packed.places).toHaveLength(0);
    expect(unpack(packed)).toEqual({
      ok: false,
      findings: [{ file: 'shop.yaml', line: 1, column: 1, key: '', message: 'must be a map, not text' }],
    });
  });

  it('unpacks its places for the first finding, and once', () => {
    let count = 0;
    const unpacked = unpack(parseFile(project(yamlText(buildProject()))));
    if (!unpacked.ok) throw new Error('it is well');
    const place = placing('shop.yaml', () => {
      count += 1;
      return unpacked.places();
    });
    expect(count).toBe(0);
    place(['title'], 'a');
    place(['owner'], 'b');
    expect(count).toBe(1);
  });
});
