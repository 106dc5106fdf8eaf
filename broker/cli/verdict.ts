// `requests approve` and `requests reject`: shows what is asked, proposes a verdict on exactly that by one link, and waits until the
// person has given theirs on the page. The verdict is the browser's, with its session and step-up: nothing here could give one.
import { setTimeout as pause } from 'node:timers/promises';
import { formatDuration } from '../../shared/duration.ts';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import type { RequestDetail } from '../../shared/people-api.ts';
import { proposalCode, type VerdictProposal, writeProposal } from '../../shared/verdict-proposal.ts';
import { reasonProblem } from '../../shared/verdict-reason.ts';
import { type Clock, type Entropy, type Millis, systemClock, systemEntropy } from '../clock.ts';
import { NotAnswered, requestId } from './ask-as-person.ts';
import { type Command, type CommandContext, type ExitCode, required, UsageError } from './command.ts';
import { BROKER_URL } from './login.ts';
import { chosenLogin, type Login } from './login-file.ts';
import { headOf, type Labelled, labelled, verdictLine } from './request-lines.ts';
import { readRemote, storyOfDetail } from './requests-remote.ts';

export interface VerdictDeps {
  readonly wait: (milliseconds: Millis) => Promise<unknown>;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

type Choice = VerdictProposal['verdict'];

const DEPS: VerdictDeps = { wait: pause, clock: systemClock, entropy: systemEntropy };

export const requestsApproveCommand = commandOf('approve', [
  'buildpass requests approve req_… --reason "read the commits"',
]);
export const requestsRejectCommand = commandOf('reject', [
  'buildpass requests reject req_… --reason "not during the sale"',
]);

function commandOf(choice: Choice, examples: readonly string[]): Command {
  return {
    name: `requests ${choice}`,
    summary: `${choice} a request, confirmed by you on its page`,
    usage: `requests ${choice} ID --reason TEXT [--broker-url URL]`,
    about:
      'Shows what is asked, then a link to its page and a code. Open the link where you are signed in: the page shows the request as always, your words, and the same code; you give the verdict there by a press, and step up where that is needed. Compare the code: with another one it is not from this terminal. Waits ten minutes. Nothing on this machine can give the verdict, and nothing is given before you press. Exits 0 once this verdict of yours is on record, and 1 otherwise.',
    examples,
    options: {
      reason: { type: 'string', value: 'TEXT', about: 'why; whoever asked sees it, and it stays in the log' },
      'broker-url': BROKER_URL,
    },
    maxPositionals: 1,
    run: (context) => proposeVerdict(context, choice, DEPS),
  };
}

const WAIT_MS: Millis = 3_000;
const LONGEST_MS: Millis = 10 * 60_000;
const NONCE_BYTES = 16;

export async function proposeVerdict(context: CommandContext, choice: Choice, deps: VerdictDeps): Promise<ExitCode> {
  const id = requestId(context.positionals);
  const reason = reasonOf(context);
  const login = await chosenLogin(context);
  const say = (line: string): void => context.io.err(inertLine(line));
  const request = await readRemote(login, id);
  for (const line of askedLines(login, request)) say(line);
  const { approval } = request;
  const hindrance = hindranceOf(request);
  if (approval === undefined || hindrance !== undefined) {
    say(`Nothing was proposed: ${hindrance ?? 'nobody decides on this request.'}`);
    return 1;
  }
  const proposal: VerdictProposal = {
    ...{ request: id, verdict: choice, reason, binding: approval.binding, principal: login.principal },
    until: deps.clock.now() + LONGEST_MS,
    nonce: deps.entropy.bytes(NONCE_BYTES).toString('base64url'),
  };
  say('');
  say(`To ${choice} it, open this where you are signed in as ${login.name}, and press there:`);
  say(`  ${login.broker}/requests/${id}#${writeProposal(proposal)}`);
  say(`The page must show this code: ${await proposalCode(proposal)}`);
  say('Waiting for you, ten minutes at most.');
  return told(context, proposal, await outcomeOf(login, proposal, deps));
}

/** @throws UsageError */
function reasonOf(context: CommandContext): string {
  const reason = required(context, 'reason').trim();
  if (reason === '') throw new UsageError('--reason is empty: say why');
  const problem = reasonProblem(reason);
  if (problem !== undefined) throw new UsageError(`--reason: ${problem}`);
  return reason;
}

function hindranceOf({ state, approval }: RequestDetail): string | undefined {
  if (approval === undefined || state !== 'pending') return `the request is ${state}.`;
  return approval.you.may ? undefined : (approval.you.why_not?.message ?? 'you do not decide this one.');
}

/** What its page shows an approver, as lines; whatever comes from outside is escaped by who prints them. */
function askedLines(login: Login, request: RequestDetail): string[] {
  const { job, ttl, approval, last_approved: last } = request;
  const again = job.triggering_actor;
  const more: readonly Labelled[] = [
    ['gives', request.gives ?? request.kind],
    ['lets it', request.description],
    ['lasts', ttl === undefined ? undefined : ttl === null ? 'ever: it never dies' : formatDuration(ttl)],
    ['revoking', REVOCATIONS[request.revocation ?? 'unsaid']],
    ['risk', request.risk],
    ['again by', again && `${again} (${job.issuer} ${job.triggering_actor_id ?? ''})`],
    ['rule', request.conditions?.map(({ condition, expected }) => `${condition}: ${expected}`).join('; ')],
    [
      'also asks',
      request.same_job.map(({ entitlement, state }) => `${entitlement} (${state})`).join(', ') || undefined,
    ],
    ['changed', last && `since ${last.at}: ${changesOf(last)}`],
    ['binding', approval?.binding],
  ];
  const story = storyOfDetail(login, request);
  return [...labelled([...headOf(story), ...more]), ...(story.approval?.verdicts ?? []).map(verdictLine)];
}

const REVOCATIONS = {
  immediate: 'can be revoked sooner',
  'at-expiry': 'cannot be revoked sooner',
  none: 'cannot be revoked',
  unsaid: undefined,
} as const;

const changesOf = ({ changes, changed }: NonNullable<RequestDetail['last_approved']>): string =>
  changes.map(({ what, before, now }) => `${what} ${before ?? '?'} → ${now ?? '?'}`).join('; ') ||
  changed.join(', ') ||
  'nothing';

type Verdict = NonNullable<RequestDetail['approval']>['verdicts'][number];

type Outcome =
  | { readonly given: Verdict; readonly request: RequestDetail }
  | { readonly given: undefined; readonly why: string };

/** Looks until the person's verdict is on record, or cannot come of this proposal any more. */
async function outcomeOf(login: Login, proposal: VerdictProposal, deps: VerdictDeps): Promise<Outcome> {
  while (deps.clock.now() < proposal.until) {
    await deps.wait(WAIT_MS);
    const request = await readRemote(login, proposal.request).catch((error: unknown) => {
      if (!(error instanceof NotAnswered && error.passes)) throw error;
      return undefined;
    });
    const outcome = request && ended(request, proposal);
    if (outcome !== undefined) return outcome;
  }
  return { given: undefined, why: 'Nobody pressed it in ten minutes. The request waits as before; run this again.' };
}

function ended(request: RequestDetail, { binding, principal }: VerdictProposal): Outcome | undefined {
  const { approval, state } = request;
  const given = approval?.verdicts.find(({ by }) => by.principal === principal);
  if (given !== undefined) return { given, request };
  if (approval === undefined || approval.state !== 'pending' || state !== 'pending')
    return { given: undefined, why: `The request is ${approval?.state ?? state} without you.` };
  return approval.binding === binding
    ? undefined
    : { given: undefined, why: 'What is asked has changed since it was shown here. Look again, and decide anew.' };
}

function told({ io, json }: CommandContext, { request, verdict }: VerdictProposal, outcome: Outcome): ExitCode {
  if (outcome.given === undefined) {
    if (json) io.out(inertJson({ request_id: request, given: null, why: outcome.why }));
    else io.err(inertLine(`Not given: ${outcome.why}`));
    return 1;
  }
  const { by, team, at, entry, step_up, reason, verdict: given } = outcome.given;
  const { state } = outcome.request;
  if (json)
    io.out(inertJson({ request_id: request, state, given: { verdict: given, by, team, at, entry, step_up, reason } }));
  else {
    const stepUp = step_up === 'none' ? '' : `, ${step_up}`;
    const done = given === 'approve' ? 'Approved' : 'Rejected';
    io.out(
      inertLine(
        `${done} by ${by.name ?? by.principal} for ${team}, ${at}${stepUp}, in the log at ${entry}: ${reason ?? ''}`,
      ),
    );
    io.out(inertLine(`The request is ${state}.`));
  }
  return given === verdict ? 0 : 1;
}
