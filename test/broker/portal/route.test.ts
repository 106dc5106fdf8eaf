import { describe, expect, it } from 'vitest';
import { catalogAddress, requestAddress, routeOf, signInAddress } from '../../../broker/portal/route.ts';

describe('addresses of the portal', () => {
  it.each([
    ['/', { page: 'home' }],
    ['/requests', { page: 'requests', view: 'mine' }],
    ['/requests?view=all&before=req_1', { page: 'requests', view: 'all', before: 'req_1' }],
    ['/requests/req_1', { page: 'request', id: 'req_1' }],
    ['/catalog?search=deploy&project=shop', { page: 'catalog', search: 'deploy', project: 'shop' }],
    ['/catalog/shop/deploy', { page: 'catalog', scope: 'shop/deploy' }],
    ['/me', { page: 'me' }],
    ['/device', { page: 'device' }],
    ['/access', { page: 'access', view: 'live', of: { scope: 'everything', target: '' }, act: undefined }],
    ['/elsewhere', { page: 'nowhere' }],
  ])('%s shows its page', (address, route) => {
    expect(routeOf(address)).toMatchObject(route);
  });

  it('lead back to a path of ours after signing in', () => {
    const back = '/catalog?search=a b&project=shop';
    expect(routeOf(signInAddress(back))).toEqual({ page: 'sign-in', back, error: undefined });
  });

  it.each(['//evil.example.com', '/\\evil.example.com', 'https://evil.example.com', 'javascript:alert(1)', ''])(
    'never lead back to %s',
    (back) => {
      expect(routeOf(`/sign-in?return=${encodeURIComponent(back)}`)).toMatchObject({ back: '/' });
    },
  );

  it('hold whatever an id, a search or a project is', () => {
    expect(routeOf(requestAddress('a/b?c#d'))).toMatchObject({ page: 'request', id: 'a/b?c#d' });
    const filters = { search: '&project=x#', project: 'a b' };
    expect(routeOf(catalogAddress({ ...filters, scope: 'shop/deploy' }))).toMatchObject({
      ...{ ...filters, scope: 'shop/deploy' },
    });
  });

  it('that are cut off in the middle of a sign show something', () => {
    expect(routeOf('/requests/%E0%A4%A')).toMatchObject({ page: 'request', id: '%E0%A4%A' });
  });
});
