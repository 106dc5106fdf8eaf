// The small forms that policy documents are made of: names, ids, teams, durations, dates, patterns, "a value or a list".
// Each says, where it is not met, what was wanted and what stands there.
import { z } from 'zod';
import { parseDuration } from '../../shared/duration.ts';
import { firstInvisible } from '../../shared/invisible.ts';
import type { Millis } from '../clock.ts';
import { shown } from '../shapes/schema-problems.ts';
import { patternProblem } from './pattern.ts';

const DAY = 86_400_000;

type InputIssue = { readonly input?: unknown };

/** Text of one form; `description` ends the sentence "must be …", and `missing` says what to do where there is none. */
export function text(form: RegExp, description: string, missing?: string) {
  const error = ({ input }: InputIssue): string | undefined => {
    if (input === undefined) return missing;
    return input === null ? `is empty: it must be ${description}` : `must be ${description}, not ${shown(input)}`;
  };
  // What an editor says where the form is not met.
  return z
    .string({ error })
    .regex(form, { error, abort: true })
    .meta({ patternErrorMessage: `must be ${description}` });
}

/** Text that a function finds fault with, or doesn't; `hint` is what such a text is then said to have meant. */
export const judged = (problem: (value: string) => string | undefined, hint?: (value: string) => string) =>
  z.string().superRefine((value, context) => {
    const message = problem(value);
    if (message === undefined) return;
    const params = hint === undefined ? {} : { hint: () => hint(value) };
    context.addIssue({ code: 'custom', message: `${shown(value)} ${message}`, params });
  });

/** A value or a list of them; a list afterwards. An empty list would leave open whether it means all or nothing. */
export const oneOrMore = <T extends z.ZodType>(one: T) =>
  z.union([one, z.array(one).min(1)]).transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[]);

/** For people, on one line: it is printed where a line break or a control character would act. */
export const prose = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'is empty: say it, or leave the key out')
    .max(max)
    .superRefine((value, context) => {
      const message = value.includes('\n')
        ? 'has a line break: write it on one line, or folded with `>-`'
        : firstInvisible(value)?.message;
      if (message !== undefined) context.addIssue(message);
    });
export const name = text(/^[a-z0-9-]{1,40}$/, 'made of a-z, 0-9 and -, at most 40 characters');
export const issuerName = text(/^[a-z0-9-]{1,40}$/, 'the short name of an issuer in the configuration');
export const team = text(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/, 'a team, written organization/team');
export const teams = oneOrMore(team);
const ID = [/^[1-9][0-9]{0,19}$/, 'an id: digits in quotes, such as "2001"'] as const;
export const id = text(...ID);
/** An id that belongs to a name which stands beside it. */
export const pinnedId = text(...ID, 'is missing: `buildpass policy pin --write` asks GitHub for it by the name');
export const repositoryName = text(
  /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/,
  'a repository, written owner/name',
);
export const scope = text(/^[a-z0-9-]{1,40}\/[a-z0-9-]{1,40}$/, 'an entitlement, written project/entitlement');
export const pattern = judged(patternProblem);
export const workflowFile = text(
  /^\.github\/workflows\/[^/@*\s\p{C}]+\.ya?ml$/u,
  'the whole path of a workflow file, such as .github/workflows/deploy.yml (it is compared whole)',
);

/** Whole seconds. */
export const duration = text(/^[1-9][0-9]{0,6}[smhd]$/, 'a duration such as 90s, 15m, 2h or 90d').transform(
  (value) => parseDuration(value) ?? 0,
);

/** A day, as the moment at which it has ended in UTC. */
export const lastDay = text(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, 'a day such as 2027-03-01').transform(
  (value, context): Millis => {
    const start = Date.parse(`${value}T00:00:00Z`);
    if (isRealDay(value, start)) return start + DAY;
    context.addIssue(`there is no such day as ${value}`);
    return z.NEVER;
  },
);

/** A time on the clocks of a zone that is named beside it. */
export const localTime = text(
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]$/,
  'a local time such as 2026-12-20T00:00',
).refine(
  (value) => isRealDay(value.slice(0, 10), Date.parse(`${value.slice(0, 10)}T00:00:00Z`)),
  'there is no such day',
);

// 31 April would silently become 1 May.
const isRealDay = (day: string, start: Millis): boolean =>
  !Number.isNaN(start) && new Date(start).toISOString().startsWith(day);
