// `login` and `logout`: this machine reads in the name of a person, who allows it on a page of the broker (RFC 8628). What it gets
// decides nothing.
import { setTimeout as pause } from 'node:timers/promises';
import { refusalSchema } from '../../shared/api.ts';
import {
  COMMAND_LINE_CLIENT,
  DEVICE_GRANT_TYPE,
  type DeviceAuthorization,
  type DeviceToken,
  deviceAuthorizationSchema,
  deviceTokenSchema,
} from '../../shared/device-login.ts';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { type Clock, type Millis, systemClock } from '../clock.ts';
import { believed, mayPass, NotAnswered } from './ask-as-person.ts';
import { brokerOrigin } from './broker-origin.ts';
import { callBroker } from './call-broker.ts';
import { type Command, type CommandContext, type ExitCode, type OptionSpec, UsageError } from './command.ts';
import { chosenLogin, forgetLogin, keepLogin } from './login-file.ts';

export const BROKER_URL: OptionSpec = {
  type: 'string',
  value: 'URL',
  about: 'origin of the broker; needed where you are logged in at several',
};

export interface LoginDeps {
  readonly fetch: typeof fetch;
  readonly wait: (milliseconds: Millis) => Promise<unknown>;
  readonly clock: Clock;
}

export const loginCommand: Command = {
  name: 'login',
  summary: 'let this command line read requests in your name',
  usage: 'login --broker-url URL',
  about:
    'Shows a code, which you type on a page of the broker where you are signed in. For eight hours at most, and never longer than that sign-in, `requests list`, `show` and `withdraw` then work from this machine; what it got is kept in logins.json in the folder buildpass of your configuration folder, mode 0600. It gives no verdict: `requests approve` and `reject` have you confirm each on the page. Type only codes of your own terminal: who sends you one wants to read in your name.',
  examples: ['buildpass login --broker-url https://buildpass.example.com'],
  options: {
    'broker-url': { type: 'string', value: 'URL', about: 'origin of the broker; https, or http on loopback' },
  },
  run: (context) => logIn(context, { fetch, wait: pause, clock: systemClock }),
};

export async function logIn(context: CommandContext, deps: LoginDeps): Promise<ExitCode> {
  const broker = brokerOrigin(context);
  const { io, json } = context;
  const begun = await begin(broker, deps);
  const minutes = Math.floor(begun.expires_in / 60);
  io.err(inertLine(`Open ${begun.verification_uri} in a browser where you are signed in, and type this code there:`));
  io.err(`\n  ${begun.user_code}\n`);
  io.err(
    `Waiting for you, ${minutes} minutes at most. Give the code to nobody, and type none that somebody sends you.`,
  );
  const got = await waitForToken(broker, begun, deps);
  if (typeof got === 'string') {
    io.err(inertLine(`Not logged in: ${got}`));
    return 1;
  }
  const { access_token: token, principal, name } = got;
  const login = { broker, principal, name, ends_at: new Date(deps.clock.now() + got.expires_in * 1000).toISOString() };
  const file = await keepLogin(io.environment, { ...login, token });
  if (json) io.out(inertJson({ ...login, file }));
  else io.out(inertLine(`Logged in at ${broker} as ${name}, until ${login.ends_at}. Kept in ${file}.`));
  return 0;
}

async function begin(broker: string, deps: LoginDeps): Promise<DeviceAuthorization> {
  const body = new URLSearchParams({ client_id: COMMAND_LINE_CLIENT });
  const heard = await callBroker(`${broker}/oauth/device_authorization`, { method: 'POST', body }, deps.fetch);
  const begun = believed(deviceAuthorizationSchema, heard);
  // A person is sent there to sign in: nowhere but to the broker that they named.
  if (!begun.verification_uri.startsWith(`${broker}/`))
    throw new UsageError(`${broker} sends you elsewhere to sign in: name it by its \`url\``);
  return begun;
}

/** The token, or why there is none (RFC 8628 §3.4 and §3.5). */
async function waitForToken(
  broker: string,
  { device_code, interval, expires_in }: DeviceAuthorization,
  deps: LoginDeps,
): Promise<DeviceToken | string> {
  const body = new URLSearchParams({ grant_type: DEVICE_GRANT_TYPE, client_id: COMMAND_LINE_CLIENT, device_code });
  const until = deps.clock.now() + expires_in * 1000;
  for (let seconds = interval; deps.clock.now() < until; ) {
    await deps.wait(seconds * 1000);
    const heard = await callBroker(`${broker}/v1/token`, { method: 'POST', body }, deps.fetch);
    // Slower where nobody answers, too.
    if (mayPass(heard.status)) seconds = Math.min(seconds * 2, SLOWEST);
    else if (heard.status === 200) return believed(deviceTokenSchema, heard);
    else {
      const { error, error_description: why = 'the broker said no' } = believed(refusalSchema, {
        ...heard,
        status: 200,
      });
      if (error === 'slow_down') seconds += SLOWER_BY;
      else if (error !== 'authorization_pending') return why;
    }
  }
  return 'nobody typed the code in time. Run it again.';
}

const SLOWER_BY = 5;
const SLOWEST = 30;

export const logoutCommand: Command = {
  name: 'logout',
  summary: 'end what `login` got, at the broker and on this machine',
  usage: 'logout [--broker-url URL]',
  about:
    'Ends the login at the broker and forgets it here. Where the broker does not answer, the login is not ended, is kept to try again, and ends by itself at its time; on the page of your account you can end it too.',
  examples: ['buildpass logout', 'buildpass logout --broker-url https://buildpass.example.com'],
  options: { 'broker-url': BROKER_URL },
  async run(context) {
    const login = await chosenLogin(context);
    const { io } = context;
    const body = new URLSearchParams({ token: login.token });
    const heard = await callBroker(`${login.broker}/oauth/revoke`, { method: 'POST', body }, fetch);
    if (heard.status !== 200) {
      const { message } = new NotAnswered(heard);
      io.err(
        `Not ended at ${login.broker}: ${message.replace(/\.$/, '')}. Try again, or end it on the page of your account.`,
      );
      return 1;
    }
    await forgetLogin(io.environment, login);
    if (context.json) io.out(inertJson({ broker: login.broker, ended: true }));
    else io.out(inertLine(`Logged out at ${login.broker}.`));
    return 0;
  },
};
