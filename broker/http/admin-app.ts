// What the operator's port answers: metrics, and readiness check by check. It only reads, and nothing here is a secret; who gets
// to it is the operator's choice of an address.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { BrokerError } from '../errors.ts';
import { quoted } from '../identity/refusal.ts';
import { type Answer, type Answering, jsonAnswer } from './answer.ts';
import type { Readiness } from './readiness.ts';
import type { Refuse } from './refuse.ts';
import { checkForm, originForm } from './request-form.ts';

export interface AdminDeps {
  readonly answering: Answering;
  readonly refuse: Refuse;
  readonly metrics: { render(): Promise<string> };
  readonly readiness: () => Promise<Readiness>;
}

export function createAdminApp(deps: AdminDeps): RequestListener {
  const { answering, refuse } = deps;
  return (request: IncomingMessage, response: ServerResponse) => {
    answerTo(deps, request).then(
      (answer) => answering.write(response, answer),
      (error: unknown) => refuse.response(response, 'problem', error),
    );
  };
}

async function answerTo({ metrics, readiness }: AdminDeps, request: IncomingMessage): Promise<Answer> {
  checkForm(request);
  const [path = ''] = originForm(request.url ?? '').split('?');
  const answers: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
    '/metrics': async () => textAnswer(await metrics.render()),
    '/readyz': async () => detailed(await readiness()),
    '/healthz': () => jsonAnswer(200, { status: 'alive' }),
  };
  const answer = Object.hasOwn(answers, path) ? answers[path] : undefined;
  if (answer === undefined)
    throw new BrokerError('NOT_FOUND', `There is nothing at ${request.method} ${quoted(path)} of this port.`);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new BrokerError('METHOD_NOT_ALLOWED', `${request.method} does nothing here; use GET or HEAD.`);
  return answer();
}

const textAnswer = (body: string): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
  body,
});

function detailed({ ready, checks }: Readiness): Answer {
  return jsonAnswer(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks });
}
