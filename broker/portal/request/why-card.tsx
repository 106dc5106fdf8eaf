// Which rule permits it, and why people are asked although it does.

import { shortDigest } from '../../../shared/number-words.ts';
import { ordinal } from '../../../shared/ordinal.ts';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { anyOf, plural } from '../data/request-words.ts';
import { Card } from '../parts/card.tsx';
import { Conditions } from '../parts/conditions.tsx';
import { Link } from '../parts/link.tsx';
import { catalogAddress } from '../route.ts';

export function WhyCard({ request }: { readonly request: RequestDetail }) {
  const { rule, conditions, approval, policy_digest: digest, project, entitlement } = request;
  if (rule === undefined) return null;
  const scope = `${project}/${entitlement}`;
  return (
    <Card id="why" title={approval === undefined ? 'Why it was permitted' : 'Why people are asked'}>
      <p>
        The {ordinal(rule)} rule of <Link to={catalogAddress({ scope })}>{scope}</Link> permits this job
        {approval === undefined ? (
          '.'
        ) : approval.by.length === 0 ? (
          ', but only by break-glass.'
        ) : (
          <>
            , but only after{' '}
            <strong>
              {plural(approval.needed, 'approval')} by {anyOf(approval.by)}
            </strong>
            .{approval.self_allowed && ' Whoever asked may be one of them; the log then says so.'}
          </>
        )}
      </p>
      {conditions === undefined ? (
        <p class="hint">The policy was changed since, so what the rule wanted then is not shown here.</p>
      ) : (
        <Conditions label="What the rule wants, all of which holds" conditions={conditions} />
      )}
      <p class="hint">
        Policy <code>{shortDigest(digest)}</code>. It is evaluated once more when the job collects what was approved.
      </p>
    </Card>
  );
}
