// The command lines that a person has logged in, for the page of their account, and the end of one.
import { type Request, Router } from 'express';
import type { CommandLines } from '../../shared/device-login.ts';
import { BrokerError } from '../errors.ts';
import { isoTime } from '../log/entry.ts';
import { type EndingDeps, endOnPage } from '../sign-in/command-lines.ts';
import type { Store } from '../store/store.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { changingPerson, type PersonDeps, personOf } from './person.ts';

export interface CommandLineRouteDeps extends PersonDeps, EndingDeps {}

export function commandLineRoutes(deps: CommandLineRouteDeps): Router {
  const { store } = deps;
  const router = Router({ strict: true, caseSensitive: true });
  router
    .route('/v1/me/command-lines')
    .get(async (request, response) => {
      response.json(await commandLinesOf(store, (await personOf(deps, request)).principal));
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  router
    .route('/v1/me/command-lines/:id')
    .delete(async (request: Request<{ id: string }>, response) => {
      const { principal } = await changingPerson(deps, request);
      if (!(await endOnPage(deps, { id: request.params.id, principal })))
        throw new BrokerError('NOT_FOUND', 'You have no such command line logged in, or not any more.');
      response.status(204).end();
    })
    .all(methodNotAllowed('DELETE'));
  return router;
}

const commandLinesOf = (store: Store, principal: string): Promise<CommandLines> =>
  store.read(async (tx) => ({
    command_lines: (await tx.sessions.commandLinesOf(principal))
      .filter(({ ends_at: ends }) => ends > tx.now)
      .map((row) => ({
        ...{ id: row.id, started_at: isoTime(row.started_at) },
        ...{ used_at: isoTime(row.seen_at), ends_at: isoTime(row.ends_at) },
      })),
  }));
