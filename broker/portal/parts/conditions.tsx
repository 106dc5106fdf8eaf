// The conditions of a rule, each with what it wants.
import { Icon } from './marks.tsx';

interface Props {
  readonly label: string;
  readonly conditions: readonly { readonly condition: string; readonly expected: string }[];
}

export function Conditions({ label, conditions }: Props) {
  return (
    <ul class="conditions" aria-label={label}>
      {conditions.map(({ condition, expected }) => (
        <li key={condition} class="issued">
          <Icon name="tick" />
          <span>
            {condition} is <code>{expected}</code>
          </span>
        </li>
      ))}
    </ul>
  );
}
