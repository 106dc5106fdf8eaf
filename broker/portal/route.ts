// Which page an address shows. Every state that somebody could want to send to somebody else is in the address.

import { type AccessRoute, accessRoute } from './access/access-route.ts';

const VIEWS = ['waiting', 'mine', 'all'] as const;
export type RequestsView = (typeof VIEWS)[number];

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'sign-in'; readonly back: string; readonly error: string | undefined }
  | { readonly page: 'requests'; readonly view: RequestsView; readonly before: string | undefined }
  | { readonly page: 'request'; readonly id: string }
  | { readonly page: 'catalog'; readonly scope: string | undefined; readonly search: string; readonly project: string }
  | AccessRoute
  | { readonly page: 'me' }
  | { readonly page: 'device' }
  | { readonly page: 'nowhere' };

export function routeOf(address: string): Route {
  const { pathname, searchParams } = new URL(address, 'https://portal.invalid');
  const [first = '', second, third] = pathname.slice(1).split('/').map(decoded);
  if (first === 'sign-in')
    return { page: 'sign-in', back: backOf(searchParams.get('return')), error: searchParams.get('error') ?? undefined };
  if (first === 'requests') return requestRoute(second, searchParams);
  if (first === 'access') return accessRoute(searchParams);
  if (first === 'catalog') return catalogRoute(second, third, searchParams);
  if (first === 'me' || first === 'device') return { page: first };
  return first === '' ? { page: 'home' } : { page: 'nowhere' };
}

function requestRoute(id: string | undefined, parameters: URLSearchParams): Route {
  if (id !== undefined && id !== '') return { page: 'request', id };
  const view = VIEWS.find((one) => one === parameters.get('view')) ?? 'mine';
  return { page: 'requests', view, before: parameters.get('before') ?? undefined };
}

function catalogRoute(project: string | undefined, name: string | undefined, parameters: URLSearchParams): Route {
  const scope = project !== undefined && name !== undefined ? `${project}/${name}` : undefined;
  return {
    ...{ page: 'catalog', scope },
    search: parameters.get('search') ?? '',
    project: parameters.get('project') ?? '',
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A path of ours; what a browser could read as another host is none. The broker holds to the same when it leads back. */
const backOf = (wanted: string | null): string => (wanted !== null && /^\/(?![/\\])/.test(wanted) ? wanted : '/');

export const signInAddress = (back: string): string =>
  back === '/' ? '/sign-in' : `/sign-in?return=${encodeURIComponent(back)}`;

export const requestAddress = (id: string): string => `/requests/${encodeURIComponent(id)}`;

export function catalogAddress({ scope = '', search = '', project = '' }): string {
  const parameters = new URLSearchParams({ ...(search && { search }), ...(project && { project }) });
  const path = scope === '' ? '/catalog' : `/catalog/${scope}`;
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}
