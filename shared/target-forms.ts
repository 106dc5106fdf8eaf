// The form of what an order of revocation, a pause or a filter names. What it names may be gone by now, or not be there at all: that
// is said by who acts on it.

const NAME = '[a-z0-9][a-z0-9-]{0,39}';
const form = (pattern: string, otherwise: string) => ({ pattern: new RegExp(`^${pattern}$`, 'u'), otherwise });

/** Of each: its form, and what is said, after the name, of one that is not in it. */
export const TARGET_FORMS = {
  lease: form('lse_[\\w-]{1,60}', 'is no id of a lease: it begins with lse_'),
  entitlement: form(`${NAME}/${NAME}`, 'is no entitlement: write PROJECT/ENTITLEMENT'),
  project: form(NAME, 'is no name of a project: small letters, digits and "-", at most 40'),
  repository: form('[A-Za-z0-9._-]{1,64}/[0-9]{1,20}', 'is no repository: write ISSUER/ID, as in github/2001'),
  commit: form('([0-9a-f]{40}|[0-9a-f]{64})', 'is no commit: write the whole hash, in lower case'),
  'called-workflow': form(
    '[^\\p{C}\\p{Z}]{1,512}@[^\\p{C}\\p{Z}]{1,512}',
    'is no called workflow: write it as in job_workflow_ref, OWNER/REPOSITORY/PATH@REF',
  ),
  principal: form('prn_[\\w-]{1,60}', 'is no id of a principal: it begins with prn_'),
} as const;

export type TargetedScope = keyof typeof TARGET_FORMS;

/** What is wrong with a name, as the end of a sentence; undefined where it has its form. */
export function slipIn(scope: TargetedScope, target: string): string | undefined {
  const { pattern, otherwise } = TARGET_FORMS[scope];
  return pattern.test(target) ? undefined : otherwise;
}
