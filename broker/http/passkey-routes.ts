// Passkeys of the person who is signed in, and the step-up with one.
import { type Request, Router } from 'express';
import {
  type Passkey,
  type PasskeyList,
  passkeyRegistrationSchema,
  passkeyResponseSchema,
  type SteppedUp,
} from '../../shared/people-api.ts';
import type { Clock } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { isoTime } from '../log/entry.ts';
import { createPasskeys, type PasskeyDeps, type Passkeys } from '../sign-in/passkeys.ts';
import { readReset } from '../sign-in/reset-state.ts';
import type { PasskeyRow } from '../store/passkeys.ts';
import type { Transaction } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { jsonBody } from './json-body.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { changingPerson, type PersonDeps, personOf, requireFreshness, requireStepUp } from './person.ts';

export interface PasskeyRouteDeps extends PersonDeps, PasskeyDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
}

export function passkeyRoutes(deps: PasskeyRouteDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const passkeys = createPasskeys(deps);
  ownPasskeys(router, deps, passkeys);
  stepUp(router, deps, passkeys);
  return router;
}

function ownPasskeys(router: Router, deps: PasskeyRouteDeps, passkeys: Passkeys): void {
  const { store, clock } = deps;
  router
    .route('/v1/passkeys/options')
    .post(async (request, response) => {
      const person = await changingPerson(deps, request);
      requireFreshness(deps, person, clock.now());
      response.json(await passkeys.registrationOptions(person));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/passkeys')
    .get(async (request, response) => {
      const { principal } = await personOf(deps, request);
      response.json(await store.read((tx) => listOf(tx, principal)));
    })
    .post(async (request, response) => {
      const person = await changingPerson(deps, request);
      const { name, ...given } = await jsonBody(request, passkeyRegistrationSchema);
      response.status(201).json(passkeyOf(await passkeys.register(person, { response: given, name })));
    })
    .all(methodNotAllowed('GET', 'HEAD', 'POST'));
  router
    .route('/v1/passkeys/:id')
    .delete(async (request: Request<{ id: string }>, response) => {
      const person = await changingPerson(deps, request);
      requireStepUp(deps, person, clock.now());
      if (!(await passkeys.remove(person, request.params.id)))
        throw new BrokerError('NOT_FOUND', 'You have no such passkey here.');
      response.status(204).end();
    })
    .all(methodNotAllowed('DELETE'));
}

function stepUp(router: Router, deps: PasskeyRouteDeps, passkeys: Passkeys): void {
  const { people, metrics } = deps;
  router
    .route('/v1/step-up/options')
    .post(async (request, response) => {
      response.json(await passkeys.stepUpOptions(await changingPerson(deps, request)));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/step-up')
    .post(async (request, response) => {
      const person = await changingPerson(deps, request);
      const { token, at } = await passkeys.stepUp(person, await jsonBody(request, passkeyResponseSchema));
      metrics.count('buildpass_sign_ins_total', 'passkey', 'stepped-up');
      const body: SteppedUp = { at: isoTime(at), method: 'passkey' };
      response.append('Set-Cookie', people.cookies.session.set(token)).json(body);
    })
    .all(methodNotAllowed('POST'));
}

async function listOf(tx: Transaction, principal: string): Promise<PasskeyList> {
  const [rows, { registerBy }] = [await tx.passkeys.of(principal), await readReset(tx, principal)];
  return {
    passkeys: rows.map(passkeyOf),
    ...(rows.length > 0 || registerBy === undefined ? {} : { register_by: isoTime(registerBy) }),
  };
}

const passkeyOf = ({ id, name, created_at: created, used_at: used }: PasskeyRow): Passkey => ({
  ...{ id, name, created_at: isoTime(created) },
  ...(used === null ? {} : { used_at: isoTime(used) }),
});
