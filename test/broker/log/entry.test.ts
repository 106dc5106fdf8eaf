// The format of entries outlives the code: logs that were kept are read by it for ever, so each change of it is one of the document too.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ENTRY_FIELDS, requesterFields, subjectFields } from '../../../broker/log/entry.ts';
import { buildSubject } from '../../support/build-subject.ts';
import { readSource } from '../../support/source-tree.ts';

const documented = (): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...readSource('docs/log-format.md').matchAll(/^### (\S+)\n\n```json\n(.+?)\n```/gms)].map(
      ([, type, schema = '']) => [type, JSON.parse(schema)],
    ),
  );

describe('the types of entries', () => {
  it('are those of the documented format, in its order', () => {
    expect(Object.keys(ENTRY_FIELDS)).toEqual(Object.keys(documented()));
  });

  it.each(Object.keys(documented()))('%s has the documented fields and no others', (type) => {
    const { $schema: _version, ...schema } = z.toJSONSchema(ENTRY_FIELDS[type as keyof typeof ENTRY_FIELDS]);
    expect(schema).toEqual(documented()[type]);
  });
});

describe('what an entry says of a job', () => {
  const ALWAYS = {
    issuer: 'github',
    repository: 'acme/shop',
    repository_id: '2001',
    repository_owner_id: '1001',
    ref: 'refs/heads/main',
    sha: '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12',
    event_name: 'push',
    workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
    job_workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
    run_id: '15987654321',
    run_attempt: '1',
  };

  it('is its claims under their own names', () => {
    expect(subjectFields(buildSubject({ environment: 'production' }))).toStrictEqual({
      ...ALWAYS,
      environment: 'production',
      check_run_id: '50123456789',
      runner_environment: 'github-hosted',
    });
  });

  it('leaves out what its token leaves out', () => {
    const absent = { environment: undefined, checkRunId: undefined, runnerEnvironment: undefined };
    expect(subjectFields(buildSubject(absent))).toStrictEqual(ALWAYS);
  });

  it('has who asked among the personal fields, by id and by name', () => {
    expect(requesterFields(buildSubject())).toStrictEqual({ requester: '583231', requester_name: 'octocat' });
  });
});
