// The page that GitHub shows beside the run. Where the world can read it, in a public repository, it says only that a
// credential was granted, and where people of the project read more.

import { afterlifeOf } from '../shared/afterlife.ts';
import type { KindName } from '../shared/issued-credential.ts';
import { ordinal } from '../shared/ordinal.ts';
import type { Accepted } from './accept.ts';
import { messageOf } from './action-failure.ts';
import { NEVER } from './held-lease.ts';
import type { Inputs } from './inputs.ts';
import type { Job } from './job.ts';
import type { ReceiptFacts } from './receipt-check.ts';
import type { Claims } from './subject-token.ts';

export interface Granted {
  readonly accepted: Accepted;
  readonly inputs: Inputs;
  readonly claims: Claims;
}

export async function writeSummary({ toolkit, log, environment }: Job, granted: Granted): Promise<void> {
  // Old servers have no summaries.
  if (!environment['GITHUB_STEP_SUMMARY']) return;
  try {
    await toolkit.summary.addRaw(log.redact(summaryOf(granted)), true).write();
  } catch (error) {
    // The job has its credential by now: a page must not fail it.
    log.warning('The job summary could not be written', messageOf(error));
  }
}

export function summaryOf(granted: Granted): string {
  const { issued } = granted.accepted;
  const title = `### Buildpass granted \`${issued.scope}\``;
  const more = issued.request_url === undefined ? [] : [`[What was decided, and why](${link(issued.request_url)})`];
  // Anything but a claim that says so counts as public.
  const details = isPrivate(granted.claims) ? [tableOf(granted), howToVerify(granted)] : [];
  return [title, ...details, ...more].join('\n\n');
}

const isPrivate = (claims: Claims): boolean =>
  ['private', 'internal'].includes(String(claims['repository_visibility']));

function tableOf({ accepted: { issued, credential, receipt, expiresAt, tokenHash } }: Granted): string {
  const rows: readonly (readonly [string, string])[] = [
    ['By', ruleOf(receipt.entry)],
    ['Assurance', issued.assurance],
    ['Until', untilOf(credential.kind, expiresAt)],
    ['Issuance', `\`${issued.issuance_id}\``],
    ['Log entry', logEntry(receipt)],
    ...(tokenHash === undefined ? [] : [['SHA-256 of the token', `\`${tokenHash}\``] as const]),
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

function untilOf(kind: KindName, expiresAt: string): string {
  if (expiresAt === NEVER) return '**never**: this value works until it is changed where it came from';
  const afterlife = afterlifeOf(kind);
  return afterlife === undefined ? expiresAt : `${expiresAt}; **${afterlife}**`;
}

/** All else on the page has a form that was checked; only these come from an entry that may be unproven. */
function ruleOf({ rule, policy_digest: digest }: ReceiptFacts['entry']): string {
  const known = Number.isSafeInteger(rule) && typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest);
  return known ? `the ${ordinal(Number(rule))} rule of policy \`${digest}\`` : 'a rule that the receipt does not name';
}

function logEntry({ logIndex, proven }: ReceiptFacts): string {
  if (proven) return `${logIndex}, receipt verified with the pinned key`;
  return `${logIndex ?? 'unknown'}, receipt not verified: no \`log-key\` is set`;
}

function howToVerify({ inputs: { broker }, accepted: { receipt, tokenHash } }: Granted): string {
  const entry = receipt.logIndex === undefined ? 'the entry' : `entry ${receipt.logIndex}`;
  const said =
    tokenHash === undefined
      ? `${entry} says where the value is kept and in which version, and holds nothing that was made of it`
      : `the \`fingerprint\` of ${entry} is the SHA-256 of the token`;
  return `To verify: \`buildpass log verify --from ${broker} --key <verifier key>\` checks the tree and its checkpoint; ${said}.`;
}

/** An address can't leave the parentheses of its link. */
const link = (address: string): string =>
  new URL(address).href.replace(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
