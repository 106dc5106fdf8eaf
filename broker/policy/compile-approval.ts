// What a policy asks of people, as it is decided about: by whom, how many, who not, and the digest that binds an approval to the
// entitlement as it was written.
import { canonicalJson } from '../../shared/canonical-json.ts';
import { textDigest } from '../../shared/log-digests.ts';
import type { ApprovalTerms } from '../model.ts';
import type { EntitlementDocument } from './document.ts';
import type { Report } from './report.ts';

interface AuthorContext {
  /** whether a GitHub App is configured; undefined where no configuration is at hand */
  readonly factsCanBeAsked: boolean | undefined;
  readonly report: Report;
}

/** Whom an approver must not be is asked of GitHub: better known when the policy loads than in a deploy. */
export function warnOfAuthor({ approval }: EntitlementDocument, { factsCanBeAsked, report }: AuthorContext): void {
  if (approval?.['apart-from'].includes('commit-author') === true && factsCanBeAsked !== true)
    report.warn(
      ['approval', 'apart-from'],
      'needs to know who wrote the commit, which GitHub is asked: it loads, and refuses every job with FACT_UNAVAILABLE until a GitHub App is configured (`github`)',
    );
}

/** Where break-glass is the only way, nobody approves: one ask of one job waits for somebody to invoke it. */
const NO_APPROVERS = { by: [], count: 1, within: 1_800, self: undefined, covers: 'job', issuances: 1 } as const;

export function approvalTerms(document: EntitlementDocument): ApprovalTerms | undefined {
  const { approval, 'break-glass': breakGlass } = document;
  if (approval === undefined && breakGlass === undefined) return undefined;
  const { by, count, within, self, covers, issuances } = approval ?? NO_APPROVERS;
  const entitlementDigest = textDigest(canonicalJson(JSON.parse(JSON.stringify(document))));
  const hands = {
    self: self === 'allowed',
    apartFromAuthor: approval?.['apart-from'].includes('commit-author') === true,
  };
  return { by, count, within, ...hands, covers, issuances, entitlementDigest, breakGlass };
}
