// The address of the page about access: which leases it lists, and which dialog stands over them. A dialog is part of the address,
// so that a link can lead to it, and so that whoever goes away to show that it is them comes back to it.
import type { LeaseView, Pause, Revocation } from '../../../shared/access-api.ts';

export const VIEWS = ['live', 'failing', 'returned', 'expired', 'ended', 'withheld', 'all'] as const;
export type View = Extract<(typeof VIEWS)[number], LeaseView | 'all'>;

export type Scope = Revocation['scope'];
export type PauseScope = Pause['scope'];

export interface Target<S extends Scope = Scope> {
  readonly scope: S;
  /** empty for everything */
  readonly target: string;
}

export const EVERYTHING: Target<'everything'> = { scope: 'everything', target: '' };

/** What the list can be narrowed to, the narrowest first: one of these, since an order of revocation names one thing too. */
export const FILTERS = [
  ...(['lease', 'commit', 'repository', 'called-workflow', 'principal'] as const),
  ...(['entitlement', 'project'] as const),
];
export const REVOCABLE: readonly Scope[] = [...FILTERS, 'everything'];
export const PAUSABLE: readonly PauseScope[] = ['everything', 'project', 'entitlement', 'principal'];

export type Act =
  | { readonly what: 'revoke'; readonly of: Target }
  | { readonly what: 'pause'; readonly of: Target<PauseScope> }
  | { readonly what: 'resume'; readonly id: string };

export interface AccessRoute {
  readonly page: 'access';
  readonly view: View;
  readonly of: Target;
  readonly before: string | undefined;
  readonly act: Act | undefined;
}

export function accessRoute(parameters: URLSearchParams): AccessRoute {
  const scope = FILTERS.find((filter) => (parameters.get(filter) ?? '') !== '');
  return {
    page: 'access',
    view: VIEWS.find((view) => view === parameters.get('view')) ?? 'live',
    of: scope === undefined ? EVERYTHING : { scope, target: parameters.get(scope) ?? '' },
    before: parameters.get('before') ?? undefined,
    act: actOf(parameters),
  };
}

function actOf(parameters: URLSearchParams): Act | undefined {
  const [revoke, pause, id] = ['revoke', 'pause', 'resume'].map((name) => parameters.get(name));
  const [revoked, paused] = [targetOf(revoke, REVOCABLE), targetOf(pause, PAUSABLE)];
  if (revoked !== undefined) return { what: 'revoke', of: revoked };
  if (paused !== undefined) return { what: 'pause', of: paused };
  return id ? { what: 'resume', id } : undefined;
}

/** `project:shop` */
function targetOf<S extends Scope>(text: string | null | undefined, scopes: readonly S[]): Target<S> | undefined {
  const [name, ...rest] = (text ?? '').split(':');
  const scope = scopes.find((one) => one === name);
  return scope === undefined ? undefined : { scope, target: rest.join(':') };
}

/** What is left out is as it is when the page is opened. */
export function accessAddress({ view = 'live', of = EVERYTHING, before, act }: Partial<AccessRoute>): string {
  const parameters = new URLSearchParams({
    ...(view !== 'live' && { view }),
    ...(of.scope !== 'everything' && { [of.scope]: of.target }),
    ...(before !== undefined && { before }),
    ...(act !== undefined && { [act.what]: act.what === 'resume' ? act.id : `${act.of.scope}:${act.of.target}` }),
  });
  return parameters.size === 0 ? '/access' : `/access?${parameters}`;
}

/** Where the broker has what the page lists. */
export function leasesPath({ view, of, before }: Pick<AccessRoute, 'view' | 'of' | 'before'>): string {
  const parameters = new URLSearchParams({
    ...(view !== 'all' && { state: view }),
    ...(of.scope !== 'everything' && { [of.scope]: of.target }),
    ...(before !== undefined && { before }),
  });
  return `/v1/leases?${parameters}`;
}
