// What is meant: of which kind it is, and which one, by name or from what the page lists.
import type { LeaseSummary } from '../../../shared/access-api.ts';
import { Icon } from '../parts/marks.tsx';
import type { Scope, Target } from './access-route.ts';
import { SCOPES, targetFrom } from './access-words.ts';

interface Props<S extends Scope> {
  /** begins the ids of its fields */
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly S[];
  readonly of: Target<S>;
  /** what the page lists: names of theirs are offered */
  readonly leases: readonly LeaseSummary[];
  /** what is wrong with the name that was sent */
  readonly slip?: string | undefined;
  /** while it is typed; the kind alone leaves the name to who takes it */
  readonly onScope: (scope: S) => void;
  readonly onTarget: (target: string) => void;
}

export function TargetFields<S extends Scope>(props: Props<S>) {
  const { id, label, scopes, of, leases, slip, onScope, onTarget } = props;
  const [, field, hint] = SCOPES[of.scope];
  const names = new Set(leases.map((lease) => targetFrom(lease, of.scope)));
  return (
    <div class="target-fields">
      <div>
        <label for={`${id}-scope`}>{label}</label>
        <select
          id={`${id}-scope`}
          value={of.scope}
          onChange={(event) => {
            const scope = scopes.find((one) => one === event.currentTarget.value);
            if (scope !== undefined) onScope(scope);
          }}
        >
          {scopes.map((scope) => (
            <option key={scope} value={scope}>
              {SCOPES[scope][0]}
            </option>
          ))}
        </select>
      </div>
      {field !== '' && (
        <div>
          <label for={`${id}-target`}>{field}</label>
          <input
            id={`${id}-target`}
            value={of.target}
            list={`${id}-names`}
            autocomplete="off"
            spellcheck={false}
            aria-invalid={slip !== undefined}
            aria-describedby={`${id}-hint`}
            onInput={(event) => onTarget(event.currentTarget.value.trim())}
          />
          <datalist id={`${id}-names`}>
            {[...names].map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          {slip === undefined ? (
            <p class="hint" id={`${id}-hint`}>
              {hint}
            </p>
          ) : (
            <p class="field-error" id={`${id}-hint`} role="alert">
              <Icon name="warning" />
              This {slip}.
            </p>
          )}
        </div>
      )}
    </div>
  );
}
