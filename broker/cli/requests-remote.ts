// Requests as a broker elsewhere tells them to a person who is logged in, in the form that the store tells them here.
import { existsSync } from 'node:fs';
import {
  type RequestDetail,
  type RequestList,
  type RequestSummary,
  requestDetailSchema,
  requestListSchema,
} from '../../shared/people-api.ts';
import { askAsPerson } from './ask-as-person.ts';
import { type CommandContext, UsageError } from './command.ts';
import { chosenLogin, type Login, readLogins } from './login-file.ts';
import type { RequestFacts } from './request-facts.ts';
import type { ToldStory } from './request-lines.ts';

/**
 * The login to read by; undefined where the store is read: beside a configuration that is named or lies here, as an operator does.
 * @throws UsageError where it is not clear which broker
 */
export async function remoteLogin(context: CommandContext): Promise<Login | undefined> {
  if (context.option('broker-url') !== undefined) return chosenLogin(context);
  if (context.option('config') !== undefined || existsSync(context.configFile)) return undefined;
  if ((await readLogins(context.io.environment)).length > 0) return chosenLogin(context);
  throw new UsageError(
    `there is no ${context.configFile} here, and you are logged in nowhere: run buildpass login --broker-url URL, or name the configuration with --config FILE`,
  );
}

/** A broker that always names a next page is not followed for ever. */
const MAX_PAGES = 200;

interface Wanted {
  readonly view: 'waiting' | 'all';
  readonly project: string | undefined;
  readonly most: number;
}

/** The newest that the person may see; of what waits for their verdict the one that ends first comes first. */
export async function listRemote(login: Login, { view, project, most }: Wanted): Promise<readonly RequestFacts[]> {
  const found: RequestSummary[] = [];
  let before: string | undefined;
  for (let page = 0; page < MAX_PAGES && found.length < most; page += 1) {
    const query = new URLSearchParams({ view, ...(before === undefined ? {} : { before }) });
    const list: RequestList = await askAsPerson(login, `/v1/requests?${query}`, { schema: requestListSchema });
    found.push(...list.requests.filter((one) => project === undefined || one.project === project));
    before = list.next;
    if (before === undefined) break;
  }
  return found.slice(0, most).map((one) => factsOfSummary(login, one));
}

export const readRemote = (login: Login, id: string): Promise<RequestDetail> =>
  askAsPerson(login, `/v1/requests/${id}`, { schema: requestDetailSchema });

export const withdrawRemote = (login: Login, id: string): Promise<RequestDetail> =>
  askAsPerson(login, `/v1/requests/${id}/withdraw`, { schema: requestDetailSchema, method: 'POST' });

function factsOfSummary({ broker }: Login, summary: RequestSummary): RequestFacts {
  const { job, reason, ticket, expires_at: end, assisted_by: assistedBy } = summary;
  const { id, project, entitlement, state, asked_at } = summary;
  return {
    ...{ id, project, entitlement, state, asked_at },
    ...(end === undefined ? {} : { expires_at: end }),
    ...{ issuer: job.issuer, repository: job.repository, ref: job.ref, sha: job.sha },
    ...(job.environment === undefined ? {} : { environment: job.environment }),
    ...{ event_name: job.event_name, workflow_ref: job.workflow_ref },
    ...{ run_id: job.run_id, run_attempt: job.run_attempt, actor: job.actor, actor_id: job.actor_id },
    ...(reason === undefined ? {} : { reason }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(assistedBy === undefined ? {} : { assisted_by: assistedBy }),
    request_url: `${broker}/requests/${id}`,
  };
}

export function storyOfDetail(login: Login, detail: RequestDetail): ToldStory {
  const { summary, policy_digest, approval, timeline } = detail;
  return {
    ...factsOfSummary(login, detail),
    ...{ summary, policy_digest },
    ...(approval === undefined ? {} : { approval: approvalOf(approval) }),
    timeline: timeline.map(({ who, ...step }) => ({ ...step, ...(who === undefined ? {} : { who }) })),
  };
}

function approvalOf(approval: NonNullable<RequestDetail['approval']>): NonNullable<ToldStory['approval']> {
  const { id, state, by, needed, issuances, binding, verdicts } = approval;
  return {
    ...{ id, state, by, needed, issuances, binding },
    verdicts: verdicts.map(({ by: { principal, name }, verdict, team, reason, at, step_up, entry }) => ({
      ...{ verdict, principal, team, at, step_up, entry },
      ...(name === undefined ? {} : { name }),
      ...(reason === undefined ? {} : { reason }),
    })),
  };
}
