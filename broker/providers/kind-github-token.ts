// The `github-token` kind: repositories and permissions of an installation token.
// Each repository needs an offer that allows every permission asked, but for the project's own; permissions over a whole
// organization need an offer always, since no list of repositories bounds them. Which are its own the organization says: what only
// the project's file says gives nobody more than GitHub gives each job anyhow (docs/decisions/0022).
import { z } from 'zod';
import type { Repository } from '../model.ts';
import { GREATEST_POWER, type Power } from '../policy/credential-power.ts';
import { oneOrMore, pinnedId, repositoryName } from '../policy/forms.ts';
import { anyOf, checkShape, didYouMean, type Problem } from '../shapes/schema-problems.ts';
import { type Kind, type Offers, sameName } from './kind-definition.ts';
import {
  describe,
  isOfEveryJob,
  LEVELS,
  type Level,
  levelsOf,
  OF_AN_ORGANIZATION,
  PERMISSIONS,
  type Permissions,
  rank,
} from './kind-github-permissions.ts';
import type { Narrowed } from './kind-narrower.ts';

const permission = z
  .string()
  .superRefine((name, context) => {
    if (PERMISSIONS.includes(name)) return;
    const message = `"${name}" is not a permission of GitHub${didYouMean(name, PERMISSIONS)}`;
    context.addIssue({ code: 'custom', message });
  })
  .meta({ enum: [...PERMISSIONS] });
// GitHub takes an empty set for every permission of the App.
const permissions = z
  .record(permission, z.enum(LEVELS))
  .refine((value) => Object.keys(value).length > 0, 'is empty, which GitHub takes for everything: name what is needed')
  .superRefine((value, context) => {
    for (const [name, level] of Object.entries(value)) {
      const known = levelsOf(name);
      const message = `GitHub knows no \`${name}: ${level}\`: write ${anyOf(known.map((one) => `\`${one}\``))}`;
      if (!known.includes(level)) context.addIssue({ code: 'custom', path: [name], message });
    }
  });

const parametersSchema = z.strictObject({
  // GitHub takes no more.
  repositories: oneOrMore(repositoryName).refine((names) => names.length <= 500, 'are more than 500 repositories'),
  permissions,
});
const offerSchema = z.strictObject({
  repositories: z.array(z.strictObject({ name: repositoryName, id: pinnedId })).min(1),
  permissions,
});
type Offer = z.output<typeof offerSchema>;

export const githubTokenKind: Kind = {
  kind: 'github-token',
  // Lives an hour upstream; the broker revokes it at the end of the TTL.
  lifetime: { min: 60, max: 3_600 },
  revocation: 'immediate',
  takes: 'a GitHub App that makes tokens (`github` of the configuration)',
  parse(value, offers) {
    const checked = checkShape(parametersSchema, value);
    if (!checked.ok) return checked;
    const { permissions: asked, repositories: names } = checked.value;
    const problems = [...ofOtherOwners(names), ...beyondOffers(checked.value, offers)];
    if (problems.length > 0) return { ok: false, problems };
    const found = names.flatMap((name) => resolve(name, asked, offers) ?? []);
    const repositories = found.map(({ name, id }) => ({ name, id }));
    const onlyFrom = found.find((one) => one.unvouched !== undefined)?.unvouched;
    const owner = Object.keys(only(asked, OF_AN_ORGANIZATION)).length === 0 ? {} : { owner: ownerOf(names[0]) };
    return { ok: true, parameters: { repositories, permissions: asked, ...owner }, ...(onlyFrom && { onlyFrom }) };
  },
  parseOffer: (value) => checkShape(offerSchema, value),
  gives: (value) => {
    const { repositories, permissions: given } = value as Parameters;
    return `a token for ${repositories.map((one) => one.name).join(', ')} with ${describe(given)}`;
  },
  power: (value) => powerOf((value as Parameters).permissions),
  narrower: (value, used) => narrower(value as Offer, used as readonly Parameters[]),
  schemas: { parameters: parametersSchema, offer: offerSchema },
};

/** What `parse` makes of the parameters. */
interface Parameters {
  readonly repositories: readonly { readonly name: string; readonly id: string }[];
  readonly permissions: Permissions;
  /** what the owner is called, where permissions concern all that is his: they were offered for him and nobody else */
  readonly owner?: string;
}

/** Whoever can write these can give himself the rest. */
const ADMINISTERS = ['administration', 'environments', 'secrets', 'workflows', 'repository_hooks'];

function powerOf(given: Permissions): Power {
  const written = Object.entries(given).filter(([, level]) => level !== 'read');
  const strong = written.find(
    ([name, level]) => level === 'admin' || ADMINISTERS.includes(name) || OF_AN_ORGANIZATION.includes(name),
  );
  if (strong !== undefined)
    return { points: GREATEST_POWER, sentence: `${strong.join(': ')} lets it change who may do what.` };
  if (written.length > 0)
    return { points: 9, sentence: `it can change things: ${describe(Object.fromEntries(written))}.` };
  return { points: 4, sentence: 'it can only read.' };
}

function narrower(offer: Offer, used: readonly Parameters[]): Narrowed {
  const allowed = used.filter(({ permissions: asked }) => allows(offer, asked));
  const repositories = offer.repositories.filter(({ id: one }) =>
    allowed.some((parameters) => parameters.repositories.some((own) => own.id === one)),
  );
  const takers = allowed.filter((parameters) =>
    parameters.repositories.some((own) => repositories.some((one) => one.id === own.id)),
  );
  if (takers.length === 0) return 'unused';
  const needed = takers.reduce<Permissions>((all, { permissions: asked }) => highest(all, asked), {});
  const isFit =
    repositories.length === offer.repositories.length && allows({ ...offer, permissions: needed }, offer.permissions);
  return isFit ? 'fits' : { repositories, permissions: needed };
}

const highest = (one: Permissions, other: Permissions): Permissions => ({
  ...one,
  ...Object.fromEntries(Object.entries(other).filter(([name, level]) => rank(level) > rank(one[name]))),
});

function beyondOffers(
  { repositories, permissions: asked }: z.output<typeof parametersSchema>,
  offers: Offers,
): Problem[] {
  const offered = offers.offered as readonly Offer[];
  const wide = only(asked, OF_AN_ORGANIZATION);
  const overOrganization =
    Object.keys(wide).length === 0 || offered.some((offer) => allows(offer, wide) && isOf(offer, repositories[0]))
      ? []
      : [notOffered(['permissions'], describe(wide), offers)];
  const beyond = repositories.flatMap((name, at) => {
    if (resolve(name, asked, offers) !== undefined) return [];
    const own = ownCalled(name, offers);
    const path = ['repositories', at];
    if (own === undefined) return [notOffered(path, `"${name}" with ${describe(asked)}`, offers)];
    return [isKnownToApp(own, offers) ? notVouched(path, { own, asked }, offers) : ofAnotherIssuer(path, own)];
  });
  return [...overOrganization, ...beyond, ...severalUnvouched(repositories, asked, offers)];
}

const isOf = ({ repositories }: Offer, name: string | undefined): boolean =>
  repositories.some((one) => sameName(ownerOf(one.name), ownerOf(name)));

const ownerOf = (name = ''): string => name.slice(0, name.indexOf('/'));

/** A job is in one repository: nobody's own token would reach two. */
function severalUnvouched(names: readonly string[], asked: Permissions, offers: Offers): Problem[] {
  const unvouched = names.flatMap((name) => resolve(name, asked, offers)?.unvouched ?? []);
  const [first] = unvouched;
  if (first === undefined || new Set(unvouched.map(({ id }) => id)).size < 2) return [];
  const named = unvouched.map(({ name }) => `"${name}"`).join(' and ');
  return [
    {
      path: ['repositories'],
      message: `${named} are this project's by the word of its own file alone, and a job is in one of them: ${vouch(first, offers)}`,
    },
  ];
}

function notVouched(
  path: Problem['path'],
  { own, asked }: { own: Repository; asked: Permissions },
  offers: Offers,
): Problem {
  const beyond = describe(Object.fromEntries(Object.entries(asked).filter((one) => !isOwnAnyhow(one))));
  return {
    path,
    message: `"${own.name}" is this project's by the word of its own file alone, and ${beyond} is more than its jobs could give themselves: ${vouch(own, offers)}`,
  };
}

/** What concerns the organization is offered by itself, or refused by itself. */
const isOwnAnyhow = (one: [string, Level]): boolean => isOfEveryJob(one) || OF_AN_ORGANIZATION.includes(one[0]);

const vouch = ({ name, id }: Repository, { vouched }: Offers): string =>
  `add { name: ${name}, id: "${id}" } to ${vouched.where}, or have it offered`;

/** A token is of one installation, and each owner has one. */
function ofOtherOwners(names: readonly string[]): Problem[] {
  const [first = ''] = names;
  return names.flatMap((name, at) =>
    sameName(ownerOf(name), ownerOf(first))
      ? []
      : [
          {
            path: ['repositories', at],
            message: `"${name}" and "${first}" have different owners, and a token is of one installation of the GitHub App: make an entitlement for each owner`,
          },
        ],
  );
}

const ofAnotherIssuer = (path: Problem['path'], { name, issuer }: Repository): Problem => ({
  path,
  message: `"${name}" is a repository of the issuer \`${issuer}\`, and the GitHub App is one of another GitHub: its id would be somebody else's there; take it out`,
});

const notOffered = (path: readonly (string | number)[], what: string, { where }: Offers): Problem => ({
  path,
  message: `${what} is not offered to this project: add { kind: github-token, repositories, permissions } that allows it to ${where}`,
});

const allows = (offer: Offer, asked: Permissions): boolean =>
  Object.entries(asked).every(([name, level]) => rank(level) <= rank(offer.permissions[name]));

const only = (asked: Permissions, names: readonly string[]): Permissions =>
  Object.fromEntries(Object.entries(asked).filter(([name]) => names.includes(name)));

interface Resolved {
  readonly name: string;
  readonly id: string;
  /** where nobody but the project's own file says that it is the project's: only its own jobs may have the token */
  readonly unvouched: Repository | undefined;
}

/**
 * The repository that a name stands for: the project's own, or that of an offer that allows all that is asked. The id decides
 * from here on, as a name could be taken over by another repository; and an id says something beside its issuer only.
 */
function resolve(name: string, asked: Permissions, offers: Offers): Resolved | undefined {
  const allowing = (offers.offered as readonly Offer[]).filter((offer) => allows(offer, asked));
  const offered = allowing.flatMap((offer) => offer.repositories).find((one) => sameName(one.name, name));
  const own = ownCalled(name, offers);
  if (own !== undefined && isKnownToApp(own, offers)) {
    const isVouched = offers.vouched.ids.includes(own.id) || offered?.id === own.id;
    if (isVouched) return { name: own.name, id: own.id, unvouched: undefined };
    if (offered === undefined && Object.entries(asked).every(isOwnAnyhow))
      return { name: own.name, id: own.id, unvouched: own };
  }
  return offered && { ...offered, unvouched: undefined };
}

/** Two GitHubs may have repositories of one name: the App's own comes first. */
function ownCalled(name: string, offers: Offers): Repository | undefined {
  const called = offers.repositories.filter((own) => sameName(own.name, name));
  return called.find((own) => isKnownToApp(own, offers)) ?? called[0];
}

const isKnownToApp = ({ issuer }: Repository, { appIssuers }: Offers): boolean =>
  appIssuers === undefined || appIssuers.includes(issuer);
