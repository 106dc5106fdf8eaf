// How a sentence repeats a value of the caller: no more of it than a person would read, and never as words of ours.
import { inert } from '../../shared/invisible.ts';

/** Characters of a value that an answer repeats. */
export const MAX_VALUE = 256;

/** In quotes, and inert: control, direction-changing and invisible characters of a branch name are shown as what they are. */
export const quoted = (value: string): string => inert(JSON.stringify(value));
