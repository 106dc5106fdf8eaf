// A person by name. A name is what somebody called themselves at their sign-in provider: one that is more than a name is quoted.
import { Said } from './said.tsx';

/** Letters, marks and what stands between the parts of a name. */
const NAME = /^[\p{L}\p{M}][\p{L}\p{M}\p{N} .'’-]{0,59}$/u;

export function Person({ name }: { readonly name: string }) {
  return NAME.test(name) ? (
    <bdi class="person" dir="auto">
      {name}
    </bdi>
  ) : (
    <Said text={name} />
  );
}

/** Two letters in a ring; decoration beside the name. */
export function Initials({ name }: { readonly name: string }) {
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '');
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : undefined].map((part) => [...(part ?? '')][0] ?? '');
  return (
    <span class="initials" aria-hidden="true">
      {letters.join('').toUpperCase()}
    </span>
  );
}
