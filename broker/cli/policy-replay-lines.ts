// A replay in sentences: what would be decided otherwise, how often, and what was not looked at.
import type { ChangedRequest, Replay } from './policy-replay.ts';

export function replayLines(replayed: Replay): readonly string[] {
  const { decided, broken, passing, waiting, unasked, under_old: already, erased, unlisted } = replayed;
  return [
    ...replayed.changed.map(changedLine),
    ...(unlisted === 0 ? [] : [`and ${unlisted} more that are not listed`]),
    `Of ${counted(decided, 'request', 'requests')} on record: ${counted(broken, 'job', 'jobs')} would break, ${counted(passing, 'refused job', 'refused jobs')} would now pass.`,
    ...(waiting === 0 ? [] : [`${counted(waiting, 'job', 'jobs')} would wait for people first.`]),
    ...(unasked === 0 ? [] : [`${counted(unasked, 'job', 'jobs')} would have it without asking people.`]),
    ...(already === 0 ? [] : [`${already} of them would be decided so under the old policy too: not by this change.`]),
    ...(erased === 0
      ? []
      : [`${counted(erased, 'request', 'requests')} could not be decided again: what they were about was erased.`]),
    'Suspensions are taken as they were. How many credentials a job had is known only where that was why it was refused; else it is taken as none.',
  ];
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const changedLine = ({
  change,
  index,
  request_id: id,
  time,
  entitlement,
  reason,
  under_old: already,
}: ChangedRequest): string =>
  `${change}: entry ${index}, ${id}, ${time}, ${entitlement}: ${reason}${already ? ' (under the old policy too)' : ''}`;
