// `buildpass login` (RFC 8628): the command line asks for codes, and a person who is signed in reads on a page what waits under the
// code that they typed, and allows or refuses it. Guesses of codes are counted by person (§5.1), asks by address.
import { type Request, Router } from 'express';
import { type DeviceAuthorization, type DeviceLogin, deviceDecisionSchema } from '../../shared/device-login.ts';
import type { Clock, Elapsed } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { type Rate, RateLimit } from '../limits/rate-limit.ts';
import { isoTime } from '../log/entry.ts';
import { commandLineEnd } from '../sign-in/command-lines.ts';
import type { DeviceLogins } from '../sign-in/device-logins.ts';
import type { LiveSession } from '../sign-in/sessions.ts';
import type { ClientAddresses } from './client-address.ts';
import { jsonBody } from './json-body.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { changingPerson, freshStepUp, type PersonDeps, personOf, requireFreshness } from './person.ts';
import { readBody } from './read-body.ts';
import { type Refuse, refusing } from './refuse.ts';
import { parseForm } from './token-request.ts';

export interface DeviceRouteDeps extends PersonDeps {
  readonly deviceLogins: DeviceLogins;
  readonly addresses: ClientAddresses;
  readonly clock: Clock;
  readonly elapsed: Elapsed;
  readonly refuse: Refuse;
}

const TEN_MINUTES = 600_000;
const ASKS_OF_ADDRESS: Rate = { count: 30, per: TEN_MINUTES };
/** Of 34 bits nobody guesses one in so many tries, in the ten minutes that a code is good for. */
const CODES_OF_PERSON: Rate = { count: 30, per: TEN_MINUTES };

type CodeRequest = Request<{ user_code: string }>;

export function deviceRoutes(deps: DeviceRouteDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const asks = new RateLimit({ ...ASKS_OF_ADDRESS, elapsed: deps.elapsed });
  const codes = new RateLimit({ ...CODES_OF_PERSON, elapsed: deps.elapsed });
  router
    .route('/oauth/device_authorization')
    .post(async (request, response) => {
      // Read whole and in the one form, though nothing in it decides: `client_id` is everybody's.
      parseForm(request.headers['content-type'], await readBody(request));
      const from = deps.addresses.of(request);
      if (from !== undefined) takeOne(asks, from);
      response.json(authorizationOf(deps, from));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/device-logins/:user_code')
    .get(async (request: CodeRequest, response) => {
      const person = await personOf(deps, request);
      takeOne(codes, person.principal);
      response.json(loginOf(deps, person, request.params.user_code));
    })
    .post(async (request: CodeRequest, response) => {
      const person = await changingPerson(deps, request);
      takeOne(codes, person.principal);
      await decide(deps, person, request);
      response.status(204).end();
    })
    .all(methodNotAllowed('GET', 'HEAD', 'POST'));
  router.use('/oauth', refusing('oauth', deps.refuse));
  return router;
}

function authorizationOf({ deviceLogins, url }: DeviceRouteDeps, from: string | undefined): DeviceAuthorization {
  const { deviceCode, userCode, askedAt, expiresAt, interval } = deviceLogins.begin(from);
  return {
    ...{ device_code: deviceCode, user_code: userCode, verification_uri: `${url}/device` },
    ...{ expires_in: (expiresAt - askedAt) / 1000, interval },
  };
}

function loginOf({ deviceLogins, clock }: DeviceRouteDeps, person: LiveSession, typed: string): DeviceLogin {
  const { userCode, askedAt, expiresAt, from } = deviceLogins.find(typed);
  return {
    ...{ user_code: userCode, asked_at: isoTime(askedAt), expires_at: isoTime(expiresAt) },
    ...(from === undefined ? {} : { asked_from: from }),
    session_ends_at: isoTime(commandLineEnd(clock.now(), person.endsAt)),
  };
}

async function decide(deps: DeviceRouteDeps, person: LiveSession, request: CodeRequest): Promise<void> {
  const { deviceLogins, clock } = deps;
  const { user_code: userCode } = request.params;
  const { decision } = await jsonBody(request, deviceDecisionSchema);
  deviceLogins.find(userCode);
  if (decision === 'refuse') return deviceLogins.decide(userCode, 'refused');
  // It goes on after this browser was left alone: whoever finds it lying open must not get that.
  requireFreshness(deps, person, clock.now());
  deviceLogins.decide(userCode, { session: person.sessionId, stepUp: freshStepUp(person, clock.now()) });
}

/** @throws BrokerError RATE_LIMITED */
function takeOne(limit: RateLimit, key: string): void {
  const wait = limit.take(key);
  if (wait === 0) return;
  const retryAfter = Math.ceil(wait / 1000);
  throw new BrokerError('RATE_LIMITED', `That was tried too often. Try again in ${retryAfter} s.`, { retryAfter });
}
