// A block with a heading, and facts in it.
import type { ComponentChildren } from 'preact';

interface CardProps {
  readonly id: string;
  readonly title: ComponentChildren;
  /** beside the title */
  readonly aside?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function Card({ id, title, aside, class: kind = '', children }: CardProps) {
  return (
    <section class={`card ${kind}`} aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <span class="hint">{aside}</span>}
      </div>
      {children}
    </section>
  );
}

export interface Fact {
  readonly name: string;
  /** left out where there is nothing to say */
  readonly value: ComponentChildren;
}

export function Facts({ all }: { readonly all: readonly Fact[] }) {
  const known = all.filter(({ value }) => value !== undefined && value !== false && value !== null);
  return (
    <dl class="facts">
      {known.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
