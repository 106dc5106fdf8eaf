// States of requests, issuances and leases as pages mark them: a shape and a colour, always with a word beside them. Shapes
// differ, so that they hold without colour; filled shapes are acts of the broker, outlined ones are people's, on the way or over.

export const STATE_MARKS = {
  issued: { icon: 'issued', tone: 'issued' },
  refused: { icon: 'refused', tone: 'refused' },
  rejected: { icon: 'rejected', tone: 'refused' },
  permitted: { icon: 'ring-dot', tone: 'issued' },
  approved: { icon: 'approved', tone: 'issued' },
  waiting: { icon: 'hourglass', tone: 'waiting' },
  withdrawn: { icon: 'turned-back', tone: 'expired' },
  running: { icon: 'ring-dot', tone: 'running' },
  revocable: { icon: 'ring-dot', tone: 'issued' },
  returned: { icon: 'returned', tone: 'expired' },
  dies: { icon: 'clock', tone: 'expired' },
  lapsed: { icon: 'lapsed', tone: 'expired' },
  never: { icon: 'never', tone: 'expired' },
  revoked: { icon: 'revoked', tone: 'revoked' },
  failed: { icon: 'warning', tone: 'refused' },
  unknown: { icon: 'unknown', tone: 'waiting' },
  noted: { icon: 'noted', tone: 'expired' },
} as const;

export type StateName = keyof typeof STATE_MARKS;

/** A state with the word for it here. */
export interface State {
  readonly name: StateName;
  readonly word: string;
}
