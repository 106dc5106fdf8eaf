// Shapes with words: states, risk, counts. The drawings stand in the document that the broker serves.
import { STATE_MARKS, type State, type StateName } from '../../../shared/state-marks.ts';

export function Icon({ name }: { readonly name: string }) {
  return (
    <svg class="icon" width="16" height="16" aria-hidden="true">
      <use href={`#icon-${name}`} />
    </svg>
  );
}

/** On a ground of its own: once or twice in the head of a page. */
export function Tag({ name, word }: State) {
  return (
    <span class={`tag ${STATE_MARKS[name].tone}`}>
      <Icon name={STATE_MARKS[name].icon} />
      {word}
    </span>
  );
}

/** In tables and lists. */
export function Quiet({ name, word }: State) {
  return (
    <span class={`quiet ${STATE_MARKS[name].tone}`}>
      <Icon name={STATE_MARKS[name].icon} />
      {word}
    </span>
  );
}

/** On the rail, where the words stand beside it. */
export function Dot({ name }: { readonly name: StateName }) {
  return (
    <span class={`dot ${STATE_MARKS[name].tone}`}>
      <Icon name={STATE_MARKS[name].icon} />
    </span>
  );
}

export function Risk({ risk }: { readonly risk: 'low' | 'high' | undefined }) {
  if (risk === undefined) return null;
  return (
    <span class="risk">
      <Icon name={`${risk}-risk`} />
      {risk === 'high' ? 'High risk' : 'Low risk'}
    </span>
  );
}
