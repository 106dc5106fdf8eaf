// `POST /v1/token` with the grant of a device code (RFC 8628 §3.4): what a command line asks until a person has decided, and the
// one time that it gets its token.
import type { ServerResponse } from 'node:http';
import type { Refusal } from '../../shared/api.ts';
import type { DeviceToken } from '../../shared/device-login.ts';
import { BrokerError } from '../errors.ts';
import type { Append } from '../log/append.ts';
import { beginCommandLine } from '../sign-in/command-lines.ts';
import type { Allowed, DeviceLogins, Polled } from '../sign-in/device-logins.ts';
import type { People } from '../sign-in/people.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Answering, jsonAnswer } from './answer.ts';
import type { Parameters } from './token-request.ts';

export interface DeviceTokenDeps {
  readonly deviceLogins: DeviceLogins;
  readonly people: People;
  readonly append: Append;
  readonly metrics: Metrics;
  readonly answering: Answering;
}

/** @throws BrokerError PARAMETER_INVALID without a code */
export async function answerDevice(
  deps: DeviceTokenDeps,
  response: ServerResponse,
  parameters: Parameters,
): Promise<void> {
  const code = parameters.get('device_code');
  if (code === undefined) throw new BrokerError('PARAMETER_INVALID', 'The parameter "device_code" is missing.');
  const polled = deps.deviceLogins.poll(code);
  const token = polled.outcome === 'allowed' ? await tokenFor(deps, polled.by) : undefined;
  deps.answering.write(response, token === undefined ? jsonAnswer(400, refusalOf(polled)) : jsonAnswer(200, token));
}

/** Undefined where who allowed it has signed out since. */
async function tokenFor({ people, append, metrics }: DeviceTokenDeps, by: Allowed): Promise<DeviceToken | undefined> {
  const begun = await beginCommandLine({ ...people, append }, by);
  if (begun === undefined) return undefined;
  const { token, person } = begun;
  metrics.count('buildpass_sign_ins_total', 'command-line', 'signed-in');
  return {
    ...{ access_token: token, token_type: 'Bearer' },
    expires_in: Math.floor((person.endsAt - person.startedAt) / 1000),
    ...{ principal: person.principal, name: person.name },
  };
}

/** RFC 8628 §3.5. Of a code that is over, was used or never was one the same is said: more is nobody's business who has it alone. */
function refusalOf(polled: Polled): Refusal {
  switch (polled.outcome) {
    case 'pending':
      return { error: 'authorization_pending' };
    case 'slow-down':
      return { error: 'slow_down', interval: polled.interval };
    case 'over':
      return { error: 'expired_token', error_description: OVER };
    default:
      return { error: 'access_denied', error_description: 'Who was asked on the page said no, or signed out since.' };
  }
}

const OVER =
  'This login is over: nobody decided in ten minutes, the broker was started anew, or the code was used already. Run `buildpass login` again.';
