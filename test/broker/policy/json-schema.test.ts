// That editors are led to what the broker takes is held by test/broker/cli/policy-schema.test.ts; here, that it is whole.
import { expect, it } from 'vitest';
import { projectSchema } from '../../../broker/policy/document.ts';
import { jsonSchemaOf } from '../../../broker/policy/json-schema.ts';
import { organizationSchema } from '../../../broker/policy/organization-document.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import { readSource } from '../../support/source-tree.ts';

it('the schemas in the documentation say all that they can of a project’s file and of the organization’s', () => {
  const whole = (name: string, schema: Parameters<typeof jsonSchemaOf>[0]) => {
    const published = JSON.parse(readSource(`docs/schema/${name}.json`)) as { title: string };
    const made = jsonSchemaOf(schema, { title: published.title, kinds: credentialKinds([]) });
    return { made: JSON.parse(JSON.stringify(made)) as object, published };
  };
  const [project, organization] = [whole('project', projectSchema), whole('organization', organizationSchema)];
  expect(project.made).toEqual(project.published);
  expect(organization.made).toEqual(organization.published);
  expect(project.published.title).toBe('Buildpass: the policy of a project');
});
