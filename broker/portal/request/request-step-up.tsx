// Showing once more that it is you, before a verdict on high risk, or break-glass: which request it is for.
import type { RequestDetail } from '../../../shared/people-api.ts';
import { ttlWords } from '../data/request-words.ts';
import { Exact } from '../parts/said.tsx';
import { type Confirming as AnyConfirming, StepUp } from '../parts/step-up.tsx';
import { requestAddress } from '../route.ts';

export interface Confirming extends AnyConfirming {
  /** as in `You approve` */
  readonly doing: string;
}

interface Props {
  readonly request: RequestDetail;
  readonly confirming: Confirming;
}

export function RequestStepUp({ request, confirming }: Props) {
  return (
    <StepUp id="verdict" confirming={confirming} address={requestAddress(request.id)}>
      You {confirming.doing}{' '}
      <strong>
        {request.project}/{request.entitlement}, {ttlWords(request.ttl)}
      </strong>
      , for commit <code>{request.job.sha.slice(0, 7)}</code> of <Exact text={request.job.repository} />.
    </StepUp>
  );
}
