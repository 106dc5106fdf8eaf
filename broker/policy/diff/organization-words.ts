// A change of the organization's file as its entry of the log tells it: what it loosened, what it tightened, bounded in number and
// length, since a file may change in a thousand places and an entry stays forever.
import { shortened } from '../../shapes/schema-problems.ts';
import type { OrganizationDocument } from '../organization-document.ts';
import type { Change, Direction } from './difference.ts';
import { organizationChanges } from './organization-changes.ts';

export interface OrganizationWords {
  readonly loosened?: string[];
  readonly tightened?: string[];
  readonly otherwise?: string[];
}

const MAX_SENTENCES = 20;
const MAX_CHARACTERS = 400;

/** Of two of which the newer one is in force; undefined is what could not be read. A list that would be empty is left out. */
export function wordsBetween(
  old: OrganizationDocument | undefined,
  fresh: OrganizationDocument | undefined,
): OrganizationWords {
  if (old === undefined || fresh === undefined)
    return { loosened: ['what was in force before cannot be read by this version: what changed is not known'] };
  const changes = organizationChanges(old, fresh);
  const loosened = sentences(changes, ['wider']);
  const tightened = sentences(changes, ['narrower']);
  const otherwise = sentences(changes, ['other', 'neutral']);
  return {
    ...(loosened.length === 0 ? {} : { loosened }),
    ...(tightened.length === 0 ? {} : { tightened }),
    ...(otherwise.length === 0 ? {} : { otherwise }),
  };
}

function sentences(changes: readonly Change[], of: readonly Direction[]): string[] {
  const said = changes.filter(({ direction }) => of.includes(direction));
  const first = said.slice(0, MAX_SENTENCES).map(({ text }) => shortened(text, MAX_CHARACTERS).toWellFormed());
  return said.length > MAX_SENTENCES ? [...first, `and ${said.length - MAX_SENTENCES} more`] : first;
}
