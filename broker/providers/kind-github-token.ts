// The `github-token` kind: repositories and permissions of an installation token.
// Each repository needs an offer that allows every permission asked, but for the project's own; permissions over a whole
// organization need an offer always, since no list of repositories bounds them.
import { z } from 'zod';
import { GREATEST_POWER, type Power } from '../policy/credential-power.ts';
import { oneOrMore, pinnedId, repositoryName } from '../policy/forms.ts';
import { checkShape, didYouMean, type Problem } from '../schema-problems.ts';
import { type Kind, type Offers, sameName } from './kind-definition.ts';
import type { Narrowed } from './kind-narrower.ts';

/** Permissions that reach no further than the repositories of the token (GitHub's API description, `app-permissions`). */
const OF_A_REPOSITORY = [
  'actions',
  'actions_variables',
  'administration',
  'artifact_metadata',
  'attestations',
  'checks',
  'code_quality',
  'codespaces',
  'contents',
  'dependabot_secrets',
  'deployments',
  'discussions',
  'environments',
  'issues',
  'merge_queues',
  'metadata',
  'packages',
  'pages',
  'pull_requests',
  'repository_custom_properties',
  'repository_hooks',
  'repository_projects',
  'secret_scanning_alerts',
  'secrets',
  'security_events',
  'single_file',
  'statuses',
  'vulnerability_alerts',
  'workflows',
];

const OF_AN_ORGANIZATION = [
  'custom_properties_for_organizations',
  'members',
  'organization_administration',
  'organization_announcement_banners',
  'organization_copilot_agent_settings',
  'organization_copilot_seat_management',
  'organization_custom_org_roles',
  'organization_custom_properties',
  'organization_custom_roles',
  'organization_events',
  'organization_hooks',
  'organization_packages',
  'organization_personal_access_token_requests',
  'organization_personal_access_tokens',
  'organization_plan',
  'organization_projects',
  'organization_secrets',
  'organization_self_hosted_runners',
  'organization_user_blocking',
];

const LEVELS = ['read', 'write', 'admin'] as const;
type Level = (typeof LEVELS)[number];
type Permissions = Readonly<Record<string, Level>>;

/** Every permission that a token can have. */
export const PERMISSIONS: readonly string[] = [...OF_A_REPOSITORY, ...OF_AN_ORGANIZATION];
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
  .refine((value) => Object.keys(value).length > 0, 'is empty, which GitHub takes for everything: name what is needed');

const parametersSchema = z.strictObject({ repositories: oneOrMore(repositoryName), permissions });
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
    const problems = beyondOffers(checked.value, offers);
    if (problems.length > 0) return { ok: false, problems };
    const { permissions: asked } = checked.value;
    const repositories = checked.value.repositories.flatMap((name) => resolve(name, asked, offers) ?? []);
    return { ok: true, parameters: { repositories, permissions: asked } };
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
  readonly repositories: readonly Omit<Repository, 'issuer'>[];
  readonly permissions: Permissions;
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
    Object.keys(wide).length === 0 || offered.some((offer) => allows(offer, wide))
      ? []
      : [notOffered(['permissions'], describe(wide), offers)];
  const beyond = repositories.flatMap((name, at) => {
    if (resolve(name, asked, offers) !== undefined) return [];
    const elsewhere = offers.repositories.find((own) => sameName(own.name, name));
    return elsewhere !== undefined
      ? [ofAnotherIssuer(['repositories', at], elsewhere)]
      : [notOffered(['repositories', at], `"${name}" with ${describe(asked)}`, offers)];
  });
  return [...overOrganization, ...beyond];
}

const ofAnotherIssuer = (path: Problem['path'], { name, issuer }: Repository): Problem => ({
  path,
  message: `"${name}" is a repository of the issuer \`${issuer}\`, and the GitHub App knows those of github.com: its id would be somebody else's there; take it out`,
});

const notOffered = (path: readonly (string | number)[], what: string, { where }: Offers): Problem => ({
  path,
  message: `${what} is not offered to this project: add { kind: github-token, repositories, permissions } that allows it to ${where}`,
});

const allows = (offer: Offer, asked: Permissions): boolean =>
  Object.entries(asked).every(([name, level]) => rank(level) <= rank(offer.permissions[name]));

const rank = (level: Level | undefined): number => (level === undefined ? -1 : LEVELS.indexOf(level));

const only = (asked: Permissions, names: readonly string[]): Permissions =>
  Object.fromEntries(Object.entries(asked).filter(([name]) => names.includes(name)));

const describe = (asked: Permissions): string =>
  Object.entries(asked)
    .map(([name, level]) => `${name}: ${level}`)
    .join(', ');

type Repository = Offers['repositories'][number];

/**
 * The repository that a name stands for: the project's own, or that of an offer that allows all that is asked. The id decides
 * from here on, as a name could be taken over by another repository; and an id says something beside its issuer only.
 */
function resolve(name: string, asked: Permissions, offers: Offers): Omit<Repository, 'issuer'> | undefined {
  const { appIssuers, offered, repositories } = offers;
  const own = repositories.filter(({ issuer }) => appIssuers === undefined || appIssuers.includes(issuer));
  const allowing = (offered as readonly Offer[]).filter((offer) => allows(offer, asked));
  return [...own, ...allowing.flatMap((offer) => offer.repositories)].find((one) => sameName(one.name, name));
}
