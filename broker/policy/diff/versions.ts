// A loaded set beside its documents as they are written: a difference is found in what was compiled, and told in the words that
// people wrote.
import type { z } from 'zod';
import { parseStrictYaml } from '../../yaml/strict-yaml.ts';
import { type ProjectDocument, projectSchema } from '../document.ts';
import { type OrganizationDocument, organizationSchema } from '../organization-document.ts';
import type { PolicyDocument, PolicySet, TextedSet } from '../policy-set.ts';
import type { Side } from './attribute.ts';

export interface Version {
  readonly policies: PolicySet;
  readonly organization: { readonly file: string; readonly document: OrganizationDocument };
  readonly projects: ReadonlyMap<string, ProjectDocument>;
}

export function versionOf(policies: TextedSet): Version {
  const ofOrganization = policies.documents.filter(({ project }) => project === undefined);
  const ofProjects = policies.documents.filter(({ project }) => project !== undefined);
  const [organization] = ofOrganization.map((one) => ({
    file: one.file,
    document: readAgain(one, organizationSchema),
  }));
  if (organization === undefined) throw new Error('a set of policies without an organization file is never loaded');
  const projects = ofProjects.map((one) => readAgain(one, projectSchema));
  return { policies, organization, projects: new Map(projects.map((one) => [one.project, one])) };
}

/** It was read when it was loaded. Were it passed over now, that would read as no difference. */
function readAgain<T>(document: PolicyDocument, schema: z.ZodType<T>): T {
  const parsed = parseStrictYaml(document, schema);
  if (!parsed.ok) throw new Error(`${document.file} was loaded, and cannot be read any more`);
  return parsed.yaml.value;
}

/** Undefined where that version does not have it. */
export function entitlementOf({ policies, projects }: Version, name: string, entitlement: string): Side | undefined {
  const project = policies.projects.get(name);
  const compiled = project?.entitlements.get(entitlement);
  const document = projects.get(name)?.entitlements[entitlement];
  return project && compiled && document && { policies, project, entitlement: compiled, document };
}
