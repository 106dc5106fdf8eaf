// How one entry of the log is told on a page.
import type { Html } from './html.ts';
import type { StateName } from './states.ts';

export interface EntryWords {
  readonly state: StateName;
  readonly what: string;
  readonly who: Html;
  readonly detail?: Html;
}
