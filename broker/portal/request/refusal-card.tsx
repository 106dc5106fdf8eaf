// Why the policy said no, and what would change that: nearest rule first, as the decision has it.
import type { RequestDetail } from '../../../shared/people-api.ts';
import { Card } from '../parts/card.tsx';
import { Icon } from '../parts/marks.tsx';
import { Sentence } from '../parts/said.tsx';

type Reasons = NonNullable<RequestDetail['reasons']>;

const SHOWN = 8;

export function RefusalCard({ request, reasons }: { readonly request: RequestDetail; readonly reasons: Reasons }) {
  const codes = [...new Set(reasons.map(({ code }) => code))];
  return (
    <Card id="change" title="What to change">
      <ul class="changes">
        {reasons.slice(0, SHOWN).map((reason) => (
          <li key={`${reason.rule} ${reason.condition} ${reason.code}`}>
            <Icon name="change" />
            <div>
              <Sentence text={reason.message ?? reason.code} got={reason.got} />
            </div>
          </li>
        ))}
      </ul>
      {reasons.length > SHOWN && <p class="hint">{reasons.length - SHOWN} more of rules that are further away.</p>}
      <p class="hint">
        {request.owner !== undefined && `${request.owner} answers for the rule. `}
        {codes.length === 1 ? 'Code' : 'Codes'} <code>{codes.join(', ')}</code>
      </p>
    </Card>
  );
}
