// What the list of leases is asked for: a slip in a filter is neither everything nor nothing.
import { parse } from 'node:querystring';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../broker/http/api/openapi.ts';
import { leaseQuery } from '../../../broker/http/lease-query.ts';

const asked = (query: string) => leaseQuery({ query: parse(query) });
const FILTERS =
  'state, lease, entitlement, project, repository, commit, called-workflow, principal, approved-by, before, limit';
const COMMIT = 'a'.repeat(40);

describe('a list of leases', () => {
  it('has the filters that /openapi.json has', () => {
    const described = OPERATIONS.find(({ method, path }) => method === 'get' && path === '/v1/leases')?.query ?? [];
    expect(() => asked('none=1')).toThrow(`: there are ${FILTERS}.`);
    expect(described.map(({ name }) => name).toSorted()).toEqual(FILTERS.split(', ').toSorted());
  });

  it('is of all, fifty at a time, unless it is said otherwise', () => {
    expect(asked('')).toEqual({ state: undefined, only: {}, before: undefined, limit: 50 });
    expect(asked(`state=failing&project=shop&commit=${COMMIT}&before=lse_1&limit=100`)).toEqual({
      ...{ state: 'failing', only: { project: 'shop', commit: COMMIT }, before: 'lse_1', limit: 100 },
    });
  });

  it.each([
    ['projct=shop', 'There is no filter "projct"; did you mean "project"?'],
    ['project[]=shop', 'There is no filter "project[]"; did you mean "project"?'],
    ['__proto__=x', 'There is no filter "__proto__": there are state, lease, '],
    ['toString=x', 'There is no filter "toString"'],
    ['project=shop&project=shop', 'The filter project is given more than once: it takes one value.'],
    ['project=', 'The filter project: "" is no name of a project: small letters, digits and "-", at most 40.'],
    ['entitlement=shop', 'The filter entitlement: "shop" is no entitlement: write PROJECT/ENTITLEMENT.'],
    [
      'repository=acme/shop',
      'The filter repository: "acme/shop" is no repository: write ISSUER/ID, as in github/2001.',
    ],
    ['commit=abc', 'The filter commit: "abc" is no commit: write the whole hash, in lower case.'],
    ['called-workflow=x', 'The filter called-workflow: "x" is no called workflow: write it as in job_workflow_ref, '],
    ['principal=Sam', 'The filter principal: "Sam" is no id of a principal: it begins with prn_.'],
    ['lease=lse_', 'The filter lease: "lse_" is no id of a lease: it begins with lse_.'],
    [
      'state=all',
      'The filter state: "all" is no state of a lease: it is one of live, returned, expired, ended, withheld, ',
    ],
    ['state=', 'The filter state: "" is no state of a lease'],
    ['before=', 'The filter before: "" is not what `next` of the page before says.'],
    ['before=zzz', 'The filter before: "zzz" is not what `next` of the page before says.'],
    ['limit=0', 'The filter limit: "0" is no number from 1 to 100.'],
    ['limit=101', 'The filter limit: "101" is no number from 1 to 100.'],
    ['limit=', 'The filter limit: "" is no number from 1 to 100.'],
  ])('asked for by %s is refused, with what the filter takes', (query, says) => {
    expect(() => asked(query)).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID', message: expect.stringContaining(says) }),
    );
  });
});
