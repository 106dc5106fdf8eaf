// A loaded set beside its documents as they are written: a difference is found in what was compiled, and told in the words that
// people wrote.
import { parseStrictYaml } from '../../strict-yaml.ts';
import { type EntitlementDocument, type ProjectDocument, projectSchema } from '../document.ts';
import { type OrganizationDocument, organizationSchema } from '../organization-document.ts';
import type { PolicySet, TextedSet } from '../policy-set.ts';
import type { Side } from './rule-diff.ts';

export interface Version {
  readonly policies: PolicySet;
  readonly organization: { readonly file: string; readonly document: OrganizationDocument } | undefined;
  readonly projects: ReadonlyMap<string, ProjectDocument>;
}

export function versionOf(policies: TextedSet): Version {
  const ofOrganization = policies.documents.find(({ project }) => project === undefined);
  const organization = ofOrganization && parseStrictYaml(ofOrganization, organizationSchema);
  const projects = policies.documents.flatMap((document) => {
    const parsed = document.project === undefined ? undefined : parseStrictYaml(document, projectSchema);
    return parsed?.ok === true ? [[parsed.yaml.value.project, parsed.yaml.value] as const] : [];
  });
  return {
    policies,
    organization:
      organization?.ok === true && ofOrganization !== undefined
        ? { file: ofOrganization.file, document: organization.yaml.value }
        : undefined,
    projects: new Map(projects),
  };
}

export interface EntitlementVersion extends Side {
  readonly document: EntitlementDocument | undefined;
}

export function entitlementOf({ policies, projects }: Version, project: string, name: string): EntitlementVersion {
  const entitlements = projects.get(project)?.entitlements ?? {};
  const document = Object.hasOwn(entitlements, name) ? entitlements[name] : undefined;
  const compiled = policies.projects.get(project);
  return {
    ...{ policies, document, project: compiled },
    entitlement: compiled?.entitlements.get(name),
    rules: document?.allow ?? [],
  };
}
