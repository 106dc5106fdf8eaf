// Whether a condition, as it is written, says anything at all: `environment: "**"` names a key and lets everything through, so
// that it satisfies neither a guardrail nor whatever else asks for that key.
import { EVENTS } from './events.ts';
import { compilePattern } from './pattern.ts';
import { RUNNERS, type RuleDocument, VISIBILITIES } from './rule-document.ts';
import { windowsHold } from './time-condition.ts';

/** Whether a rule has the condition only in form: what is written there holds for whatever anybody may choose. */
export function allowsAny(key: string, rule: RuleDocument): boolean {
  switch (key) {
    case 'repository':
    case 'environment':
    case 'branch':
    case 'tag':
      return takesAnyName(rule[key]);
    case 'ref':
      return takesAnyName(rule.ref, 'refs/heads/') || takesAnyName(rule.ref, 'refs/tags/');
    case 'pull-request':
      return takesAnyName(rule['pull-request']?.flatMap(({ into }) => into));
    case 'event':
      return hasAll(EVENTS, rule.event);
    case 'runner':
      return hasAll(RUNNERS, rule.runner);
    case 'visibility':
      return hasAll(VISIBILITIES, rule.visibility);
    case 'time':
      return rule.time !== undefined && alwaysHolds(rule.time);
    default:
      return false;
  }
}

/** Whether one of the patterns asks for no letter of a name, flat or with a slash: it takes whatever somebody makes up. */
const takesAnyName = (patterns: readonly string[] | undefined, start = ''): boolean =>
  patterns?.map((pattern) => compilePattern(pattern)).some(({ matches }) => matches(start) || matches(`${start}/`)) ===
  true;

const hasAll = (all: readonly string[], given: readonly string[] | undefined): boolean =>
  all.every((one) => given?.includes(one) === true);

const HOUR = 3_600_000;
/** A week without a change of clocks in any zone that has them, asked hour by hour: what holds then always shuts nobody out. */
const SAMPLE_WEEK = Date.UTC(2027, 0, 4, 0, 30);

function alwaysHolds(windows: NonNullable<RuleDocument['time']>): boolean {
  const holds = windowsHold(windows);
  return Array.from({ length: 7 * 24 }, (_, hour) => SAMPLE_WEEK + hour * HOUR).every(holds);
}
