// The demo's people: one who asks, one who approves, one who looks after it all. Their ids are those that the demo's jobs have
// as `actor_id`, so that nobody in the demo can approve what they asked for themselves either.
import type { DemoPerson } from '../sign-in/demo-people.ts';

export interface DemoRole extends DemoPerson {
  /** what this person is for, in a few words */
  readonly story: string;
}

export const DEMO_PEOPLE: readonly DemoRole[] = [
  { name: 'Robin', id: '58213401', groups: ['product'], story: 'asks for things' },
  { name: 'Alex', id: '58213402', groups: ['release-managers', 'platform'], story: 'approves, as a release manager' },
  { name: 'Sam', id: '58213403', groups: ['security'], story: 'reviews, for security' },
];
