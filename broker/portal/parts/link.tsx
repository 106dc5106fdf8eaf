// Links: within the portal without loading anything, and elsewhere as what they are.
import type { ComponentChildren } from 'preact';
import { go } from '../data/location.ts';
import { Icon } from './marks.tsx';

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly current?: boolean;
  readonly children: ComponentChildren;
}

export function Link({ to, current = false, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    // Another tab, another window or a download stay what the browser makes of them.
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} onClick={follow} aria-current={current ? 'page' : undefined} {...rest}>
      {children}
    </a>
  );
}

/** To a page of another system. */
export function Elsewhere({ to, children }: { readonly to: string; readonly children: ComponentChildren }) {
  return (
    <a class="elsewhere" href={to} rel="noreferrer">
      {children}
      <Icon name="elsewhere" />
    </a>
  );
}
