// Asking for the credential: one request, however often the connection fails and however long people take. Each attempt presents a fresh subject token
// (the broker takes each once) and the same `request_secret`, by which the broker gives the same answer again.
import { type Exchange, exchange } from './broker-client.ts';
import type { Inputs } from './inputs.ts';
import type { Job } from './job.ts';
import { refused } from './refusal.ts';
import { type Patience, patiently, TryAgain } from './retry.ts';
import { type Claims, freshSubjectToken } from './subject-token.ts';
import { waitForPeople } from './wait-for-people.ts';

export interface Answered {
  readonly answer: Exclude<Exchange, { outcome: 'refused' | 'pending' }>;
  readonly requestSecret: string;
  /** of the subject token that was presented */
  readonly claims: Claims;
}

export const ASKING: Patience = { attempts: 5, withinMs: 120_000 };
const SECRET_BYTES = 32;

/** @throws ActionFailure for every refusal, and where no answer could be had */
export async function askForCredential(job: Job, inputs: Inputs): Promise<Answered> {
  const secret = { value: newRequestSecret(job), renewed: false };
  const giveUpAt = job.clock.now() + inputs.approvalTimeout * 1000;
  for (;;) {
    const asked = await askOnce(job, inputs, secret);
    const { answer } = asked;
    if (answer.outcome !== 'pending') return { ...asked, answer };
    // The secret stands for the request; what the wait ends with is collected with a token of its own.
    await waitForPeople(job, { inputs, request: answer.request, requestSecret: asked.requestSecret, giveUpAt });
  }
}

interface Asked extends Omit<Answered, 'answer'> {
  readonly answer: Exclude<Exchange, { outcome: 'refused' }>;
}

function askOnce(job: Job, inputs: Inputs, secret: { value: string; renewed: boolean }): Promise<Asked> {
  return patiently(job, { ...ASKING, until: job.cancelled }, async (leftMs) => {
    const { token: subjectToken, claims } = await freshSubjectToken(job, inputs.audience, leftMs);
    // What nobody will take is not asked for.
    job.cancelled.throwIfAborted();
    const requestSecret = secret.value;
    const answer = await exchange({ send: job.send, leftMs }, inputs, { subjectToken, requestSecret });
    if (answer.outcome !== 'refused') return { answer, requestSecret, claims };
    // The broker can't tell any more what became of this request, and will never issue for it: ask anew, once.
    if (answer.refusal.code !== 'REQUEST_SPENT' || secret.renewed) throw refused(answer.refusal, inputs);
    secret.renewed = true;
    secret.value = newRequestSecret(job);
    throw new TryAgain('The broker has closed this request without an answer', 0);
  });
}

function newRequestSecret({ randomBytes, log }: Job): string {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  log.mask([secret]);
  return secret;
}
