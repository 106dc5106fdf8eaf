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
      return (rule[key] ?? []).some((pattern) => takesAnyName(pattern, ''));
    case 'ref':
      return (rule.ref ?? []).some((pattern) => REF_STARTS.some((start) => takesAnyName(pattern, start)));
    case 'pull-request':
      return (rule['pull-request'] ?? []).some(({ into }) => into.some((pattern) => takesAnyName(pattern, '')));
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

const REF_STARTS = ['refs/heads/', 'refs/tags/'];
/** Names that nobody would mean, flat and with a slash: what takes all of one sort takes whatever somebody makes up. */
const MADE_UP: readonly (readonly string[])[] = [
  ['k', 'q7', 'zz9-j'],
  ['k/q', '7/w_z', 'j9-/x'],
];

function takesAnyName(pattern: string, start: string): boolean {
  const { matches } = compilePattern(pattern);
  return MADE_UP.some((names) => names.every((name) => matches(`${start}${name}`)));
}

const hasAll = (all: readonly string[], given: readonly string[] = []): boolean =>
  all.every((one) => given.includes(one));

const HOUR = 3_600_000;
/** A week without a change of clocks in any zone that has them, asked hour by hour: what holds then always shuts nobody out. */
const SAMPLE_WEEK = Date.UTC(2027, 0, 4, 0, 30);

function alwaysHolds(windows: NonNullable<RuleDocument['time']>): boolean {
  const holds = windowsHold(windows);
  return Array.from({ length: 7 * 24 }, (_, hour) => SAMPLE_WEEK + hour * HOUR).every(holds);
}
