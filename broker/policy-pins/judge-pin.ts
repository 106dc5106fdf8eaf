// Holds a written name and id against what GitHub says of the name. An id that is written is never replaced: that the name
// belongs to another id now is either a rename or somebody who took the name over, and only people know which.

import type { Pin } from './find-pins.ts';
import type { Found, GithubNames } from './github-names.ts';

export type Judgement =
  | { readonly state: 'well' }
  /** no id yet, or one without quotes: it can be written */
  | { readonly state: 'fill'; readonly id: string }
  /** the id is right, and the name is not the present one any more */
  | { readonly state: 'renamed'; readonly id: string; readonly message: string }
  | { readonly state: 'refused'; readonly message: string };

export async function judgePin(pin: Pin, names: GithubNames): Promise<Judgement> {
  const { id, name, kind } = pin;
  if (id !== undefined && !/^[1-9][0-9]{0,19}$/.test(id))
    return { state: 'refused', message: `${JSON.stringify(id)} is not an id: take it out, and it is filled in` };
  const found = await names.find(kind, name);
  if (found.outcome === 'not-found') return { state: 'refused', message: found.message };
  if (id !== undefined && id !== found.id) return drifted(pin, { ...found, written: id }, names);
  if (found.outcome === 'renamed') return renamed(pin, found);
  return id === undefined || pin.unquoted ? { state: 'fill', id: found.id } : { state: 'well' };
}

function renamed({ id, name }: Pin, { id: found, name: present }: Extract<Found, { outcome: 'renamed' }>): Judgement {
  if (id === undefined)
    return {
      state: 'refused',
      message: `${name} was renamed and is ${present} (id ${found}) now: write its present name, if that is what is meant`,
    };
  return {
    state: 'renamed',
    id,
    message: `${name} is called ${present} now: the id is right and decides, correct the name`,
  };
}

async function drifted(
  { kind, name }: Pin,
  found: Exclude<Found, { outcome: 'not-found' }> & { readonly written: string },
  names: GithubNames,
): Promise<Judgement> {
  const now = found.outcome === 'renamed' ? `leads to ${found.name}, which has the id` : 'now belongs to the id';
  const was = kind === 'repository' ? await whoHas(found.written, names) : '';
  const message = `the file says ${found.written}, and ${name} ${now} ${found.id}${was}. Neither is changed: correct the name if it was renamed, or take the id out if the other one is meant`;
  return { state: 'refused', message };
}

async function whoHas(id: string, names: GithubNames): Promise<string> {
  const present = await names.nameOf(id);
  return present === undefined ? `; this token sees no repository ${id}` : `; ${id} is ${present}`;
}
