// Where `buildpass request` gets subject tokens from: the runner of a job, which gives a new one each time, or a file that
// holds one, which works once.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { readCapped } from '../upstream/read-capped.ts';
import { MAX_ANSWER_BYTES } from './ask-broker.ts';
import { type CommandContext, UsageError } from './command.ts';

export interface SubjectTokens {
  readonly next: () => Promise<string>;
  readonly renewable: boolean;
}

const TIMEOUT_MS = 30_000;
const answerSchema = z.object({ value: z.string().min(1) });

/** @throws UsageError where there is no source of tokens */
export function subjectTokens(context: CommandContext, audience: string, fetcher: typeof fetch): SubjectTokens {
  const file = context.option('subject-token-file');
  if (file !== undefined) return { next: async () => (await readFile(file, 'utf8')).trim(), renewable: false };
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = context.io.environment;
  if (url === undefined || token === undefined) {
    throw new UsageError(
      'the runner gives this job no OIDC token: add `permissions: id-token: write` to it, or name a file with --subject-token-file',
    );
  }
  return { next: () => fromRunner({ url, token, audience }, fetcher), renewable: true };
}

async function fromRunner(
  { url, token, audience }: { url: string; token: string; audience: string },
  fetcher: typeof fetch,
): Promise<string> {
  const place = new URL(url);
  // The address comes with a query of its own.
  place.searchParams.set('audience', audience);
  const response = await fetcher(place, {
    headers: { authorization: `bearer ${token}` },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const parsed = answerSchema.safeParse(
    response.ok ? JSON.parse((await readCapped(response.body, MAX_ANSWER_BYTES)).toString('utf8')) : undefined,
  );
  if (!parsed.success)
    throw new Error(
      `the runner gave no OIDC token (status ${response.status}): has the job \`permissions: id-token: write\`?`,
    );
  return parsed.data.value;
}
