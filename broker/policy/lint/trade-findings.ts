// A token of ours in the hands of a job, for an audience that a cloud takes in trade: there it passes for what the broker shows in
// exchange for a credential of that cloud's own kind, and none of the bounds of that kind hold. Of a kind that is meant for just that
// (shared/afterlife.ts) it is said all the same.
import { afterlifeOf } from '../../../shared/afterlife.ts';
import type { EntitlementDocument } from '../document.ts';
import type { Advice } from './lint-finding.ts';

/** The kinds whose token the job itself gets, each for an `audience`. */
const HANDED_OUT = ['jwt', 'kubernetes'];

const TRADED: readonly { readonly audience: RegExp; readonly by: string; readonly kind: string }[] = [
  { audience: /^sts\.amazonaws\.com(\.cn)?$/i, by: 'AWS', kind: 'aws-role' },
  { audience: /^api:\/\/AzureADTokenExchange/i, by: 'Entra ID', kind: 'azure-app' },
  { audience: /^(https?:)?\/\/iam\.googleapis\.com\//i, by: 'Google', kind: 'gcp-service-account' },
];

export function tradeFindings({ credential }: EntitlementDocument, parameters: unknown): Advice[] {
  const afterlife = afterlifeOf(credential.kind);
  if (afterlife !== undefined)
    return [
      {
        code: 'LINT_OUTLIVES_TTL',
        path: ['credential', 'kind'],
        message: `its \`ttl\` bounds the token in the file alone: ${afterlife}. The log has nothing of it.`,
        remedy: '`kind: gcp-service-account` with the `scopes` that are needed, for programs that take a token.',
      },
    ];
  if (!HANDED_OUT.includes(credential.kind)) return [];
  const { audience } = parameters as { readonly audience: string };
  const traded = TRADED.find((one) => one.audience.test(audience));
  if (traded === undefined) return [];
  const { by, kind } = traded;
  return [
    {
      code: 'LINT_AUDIENCE_TRADED',
      path: ['credential', 'audience'],
      message: `${by} takes a token for "${audience}" in trade: wherever it trusts this entitlement the job makes itself credentials that no \`ttl\`, no parameter of \`${kind}\` and no entry of the log bounds.`,
      remedy: `\`kind: ${kind}\`, or the \`audience\` of a service of your own.`,
    },
  ];
}
