// Who may do what: every operation, for every kind of caller, really sent, and compared with docs/authorization.md; and every answer
// compared with /openapi.json.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUTHORIZATION, CALLERS, type Caller, type Outcome } from '../../docs/authorization-table.ts';
import { AuthorizationWorld } from '../support/authorization-world.ts';
import { DescribedAnswers, operationNames } from '../support/described-answers.ts';
import type { Visit } from '../support/person-browser.ts';

let world: AuthorizationWorld;
beforeAll(async () => {
  world = await AuthorizationWorld.start();
});
afterAll(() => world.close());

const described = new DescribedAnswers();

/** As the table has it. */
const outcomeOf = ({ status, body }: Visit): Outcome => (status < 400 ? status : (body?.code ?? body?.error ?? status));

const answered = ({ status, headers, body }: Visit) => ({
  status,
  contentType: headers.get('content-type') ?? '',
  body,
});

describe('who may do what', () => {
  it('has a row for every operation, and for no other', () => {
    const rows = new Set(AUTHORIZATION.map(({ operation }) => operation));
    expect([...rows].sort()).toEqual(operationNames().sort());
  });

  it.each(AUTHORIZATION)('$operation $about', { timeout: 60_000 }, async (row) => {
    const outcomes: Partial<Record<Caller, Outcome>> = {};
    const problems: string[] = [];
    for (const caller of Object.keys(CALLERS) as Caller[]) {
      const visit = await world.send(row, caller);
      outcomes[caller] = outcomeOf(visit);
      problems.push(...described.problems(row.operation, answered(visit)).map((problem) => `${caller}: ${problem}`));
    }
    expect(outcomes).toEqual(row.outcomes);
    expect(problems).toEqual([]);
  });
});
