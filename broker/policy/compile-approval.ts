// What a policy asks of people, as it is decided about: by whom, how many, who not, and the digest that binds an approval to the
// entitlement as it was written.
import { canonicalJson } from '../../shared/canonical-json.ts';
import { textDigest } from '../../shared/log-digests.ts';
import type { ApartFrom } from '../approval-terms.ts';
import type { ApprovalTerms } from '../model.ts';
import type { EntitlementDocument } from './document.ts';
import type { Report } from './report.ts';

interface AuthorContext {
  /** whether a GitHub App is configured; undefined where no configuration is at hand */
  readonly factsCanBeAsked: boolean | undefined;
  /** whether the configuration says where the policies are kept; undefined where none is at hand */
  readonly authorsCanBeAsked: boolean | undefined;
  readonly report: Report;
}

/** Whom an approver must not be is asked of GitHub: better known when the policy loads than in a deploy. */
export function warnOfAuthors(document: EntitlementDocument, context: AuthorContext): void {
  const { factsCanBeAsked, authorsCanBeAsked, report } = context;
  const warn = (who: string, until: string): void =>
    report.warn(
      ['approval', 'apart-from'],
      `needs to know ${who}, which GitHub is asked: it loads, and refuses every job with FACT_UNAVAILABLE until ${until}`,
    );
  const apartFrom = authorsApart(document);
  if (apartFrom.includes('commit-author') && factsCanBeAsked !== true)
    warn('who wrote the commit', 'a GitHub App is configured (`github`)');
  // Where a configuration leaves it out, the entitlement lacks it, and that is said.
  if (apartFrom.includes('policy-author') && authorsCanBeAsked === undefined)
    warn('who wrote the policy', 'the configuration says where the policies are kept (`policies.kept-in`)');
}

/** Who asked is compared whatever the policy names; these two are asked of GitHub. */
export const authorsApart = ({ approval }: EntitlementDocument): readonly ApartFrom[] =>
  (['commit-author', 'policy-author'] as const).filter((one) => approval?.['apart-from'].includes(one));

/** Where break-glass is the only way, nobody approves: one ask of one job waits for somebody to invoke it. */
const NO_APPROVERS = { by: [], count: 1, within: 1_800, self: undefined, covers: 'job', issuances: 1 } as const;

export function approvalTerms(document: EntitlementDocument): ApprovalTerms | undefined {
  const { approval, 'break-glass': breakGlass } = document;
  if (approval === undefined && breakGlass === undefined) return undefined;
  const { by, count, within, self, covers, issuances } = approval ?? NO_APPROVERS;
  const entitlementDigest = textDigest(canonicalJson(JSON.parse(JSON.stringify(document))));
  const hands = { self: self === 'allowed', apartFrom: authorsApart(document) };
  return { by, count, within, ...hands, covers, issuances, entitlementDigest, breakGlass };
}
