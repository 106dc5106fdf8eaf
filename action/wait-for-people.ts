// Waiting while people decide: the link is printed once, the wait is one held request after another, and nothing of the job's
// identity is spent on it. It ends with their verdict, with the job's own patience, or with the job; a request that nobody waits
// for any more is taken back, so that no approver decides for nothing.
import type { RequestStatus } from '../shared/api.ts';
import { ActionFailure, messageOf } from './action-failure.ts';
import { type PendingRequest, requestStatus, withdrawRequest } from './broker-client.ts';
import { type Inputs, isOwnPage } from './inputs.ts';
import type { Job } from './job.ts';
import { type Patience, patiently } from './retry.ts';

export interface Waiting {
  readonly inputs: Pick<Inputs, 'broker' | 'scope' | 'origins' | 'approvalTimeout'>;
  readonly request: PendingRequest;
  readonly requestSecret: string;
  /** milliseconds since the epoch */
  readonly giveUpAt: number;
}

/** A broker that restarts, or a network that fails, for as long as that may take. */
const WHILE_WAITING: Patience = { attempts: 10, withinMs: 300_000 };
/** Of a step that was cancelled, within the runner's 7.5 s. */
const WITHDRAWING: Patience = { attempts: 1, withinMs: 3_000 };
const HELD_SECONDS = 25;
const SHORTEST_MS = 5_000;
const PROGRESS_MS = 5 * 60_000;

/** Resolves once the job may collect. @throws ActionFailure that says why it never will */
export async function waitForPeople(job: Job, waiting: Waiting): Promise<void> {
  const { inputs, request } = waiting;
  const page = isOwnPage(request.url, inputs.origins) ? request.url : undefined;
  job.log.info(
    `${inputs.scope} needs approval. ${page === undefined ? `The request is ${request.id}.` : `Whoever may approve decides here: ${page}`}`,
    `This job waits for up to ${inMinutes(waiting.giveUpAt - job.clock.now())}.`,
  );
  const status = await untilDecided(job, waiting);
  const failure = failureOf(status, inputs.scope);
  if (failure === undefined) job.log.info(`${inputs.scope} was approved.`);
  else
    throw page === undefined
      ? failure
      : new ActionFailure(failure.message, ...failure.lines, `What was decided: ${page}`);
}

async function untilDecided(job: Job, waiting: Waiting): Promise<RequestStatus> {
  const { clock, log, cancelled } = job;
  let said = clock.now();
  for (let now = said; now < waiting.giveUpAt; now = clock.now()) {
    const status = await unlessCancelled(
      cancelled,
      () => look(job, waiting, waiting.giveUpAt - now),
      () => leave(job, waiting),
    );
    if (status.state !== 'pending') return status;
    // A broker that does not hold what waits is not asked in a loop.
    if (clock.now() - now < SHORTEST_MS) await clock.sleep(SHORTEST_MS, cancelled).catch(() => undefined);
    if (clock.now() - said < PROGRESS_MS) continue;
    said = clock.now();
    log.info(`Still waiting for approval, for up to ${inMinutes(waiting.giveUpAt - said)} more.`);
  }
  throw await gaveUp(job, waiting);
}

/** One held request; what may pass by itself is tried again. */
function look(job: Job, { inputs, request, requestSecret }: Waiting, leftMs: number): Promise<RequestStatus> {
  const wait = Math.max(0, Math.min(HELD_SECONDS, Math.floor(leftMs / 1000)));
  return patiently(job, { ...WHILE_WAITING, until: job.cancelled }, async (left) => {
    const call = { send: job.send, leftMs: left };
    return requestStatus(call, { broker: inputs.broker, requestId: request.id, requestSecret }, wait);
  });
}

/** A held request is worth nothing to a job that is cancelled: it is let go of at once. */
async function unlessCancelled<T>(signal: AbortSignal, act: () => Promise<T>, last: () => Promise<never>): Promise<T> {
  if (signal.aborted) return last();
  const cancelled = Promise.withResolvers<'cancelled'>();
  const onAbort = (): void => cancelled.resolve('cancelled');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const first = await Promise.race([act().then((result) => ({ result })), cancelled.promise]);
    return first === 'cancelled' ? await last() : first.result;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function leave(job: Job, waiting: Waiting): Promise<never> {
  throw new ActionFailure('The job was cancelled', 'It was waiting for approval.', await takeBack(job, waiting));
}

async function gaveUp(job: Job, waiting: Waiting): Promise<ActionFailure> {
  const { scope, approvalTimeout } = waiting.inputs;
  return new ActionFailure(
    `${scope} was not approved in time`,
    `Nobody decided within ${inMinutes(approvalTimeout * 1000)} (approval-timeout). Tell the approvers, and run the job again.`,
    await takeBack(job, waiting),
  );
}

async function takeBack(job: Job, { inputs, request, requestSecret }: Waiting): Promise<string> {
  try {
    await patiently(job, WITHDRAWING, (leftMs) =>
      withdrawRequest({ send: job.send, leftMs }, { broker: inputs.broker, requestId: request.id, requestSecret }),
    );
    return 'The request was withdrawn.';
  } catch (error) {
    const why = error instanceof ActionFailure ? error.lines.join(' ') : messageOf(error);
    return `The request could not be withdrawn and ends by itself (${why})`;
  }
}

/** Undefined where the job may go on: what it is told when it collects is the last word. */
function failureOf({ state, reason }: RequestStatus, scope: string): ActionFailure | undefined {
  switch (state) {
    case 'rejected':
      return new ActionFailure(
        `${scope} was not approved`,
        reason === undefined ? 'An approver said no.' : `An approver said no: ${reason}`,
        'Talk to them, and run the job again once that is settled.',
      );
    case 'expired':
      return new ActionFailure(
        `${scope} was not approved in time`,
        'The time that the policy gives to decide is over. Tell the approvers, and run the job again.',
      );
    case 'withdrawn':
      return new ActionFailure(`The request for ${scope} was withdrawn`, 'Run the job again if it is still needed.');
    case 'void':
      return new ActionFailure(
        `What was asked for ${scope} is void`,
        'Its policy was changed while this job waited, so what people were shown is no longer what is asked. Run the job again.',
      );
    default:
      return undefined;
  }
}

const inMinutes = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
};
