// The catalog as it leaves the broker: what a job may know of each entitlement, and no more (P7), with an honest word about how
// the credential would end (P8).
import { afterlifeOf } from '../../shared/afterlife.ts';
import type { Catalog, CatalogEntitlement } from '../../shared/catalog.ts';
import { span } from '../../shared/time-words.ts';
import type { Millis } from '../clock.ts';
import type { Entitlement, Reason, Subject } from '../model.ts';
import { disclosure, explain } from '../policy/explain.ts';
import type { CatalogItem, CatalogPage } from '../requests/catalog.ts';
import { codesOf } from './token-route.ts';

/** Of one entitlement; `/v1/explain` gives them all. */
const MAX_REASONS = 10;

export function catalogAnswer({ items, next }: CatalogPage, subject: Subject, now: Millis): Catalog {
  const entitlements: CatalogEntitlement[] = [];
  const refused = new Map<string, Catalog['refused'][number]>();
  for (const item of items) {
    const { project, entitlement, reasons } = partsOf(item);
    const told = disclosure(item.decision, subject) === 'full';
    // Only a repository that moved gets no further than its project.
    if (entitlement === undefined) refused.set(project.name, { project: project.name, ...someReasons(reasons, told) });
    else
      entitlements.push(told ? inFull(item, entitlement, now) : { ...verdict(item), ...someReasons(reasons, false) });
  }
  return { entitlements, refused: [...refused.values()], next: next ?? null };
}

function partsOf({ decision }: CatalogItem) {
  const { project, entitlement } = decision;
  return { project, entitlement, reasons: explain(decision).reasons };
}

const verdict = ({ scope, decision }: CatalogItem): Pick<CatalogEntitlement, 'scope' | 'decision'> => ({
  scope,
  decision: explain(decision).decision,
});

function someReasons(reasons: readonly Reason[], told: boolean): Pick<CatalogEntitlement, 'reasons' | 'more_reasons'> {
  if (!told) return { reasons: codesOf(reasons).slice(0, MAX_REASONS) };
  const more = reasons.length - MAX_REASONS;
  return { reasons: reasons.slice(0, MAX_REASONS), ...(more > 0 ? { more_reasons: more } : {}) };
}

function inFull(item: CatalogItem, entitlement: Entitlement, now: Millis): CatalogEntitlement {
  const { description, ttl, figure, title, risk, gives, revocation, terms, credential } = entitlement;
  const { project, reasons } = partsOf(item);
  return {
    ...verdict(item),
    ...someReasons(reasons, true),
    ...{ title, owner: project.owner, kind: credential.kind, gives, risk, risk_figure: mutable(figure) },
    ...(description === undefined ? {} : { description }),
    ...{ ttl, revocation, lifetime: lifetimeOf(entitlement), terms: [...terms] },
    ends_at: ttl === 'never' ? null : new Date(now + ttl * 1000).toISOString(),
  };
}

export const mutable = ({ score, level, factors }: Entitlement['figure']) => ({ score, level, factors: [...factors] });

export function lifetimeOf({ ttl, revocation, credential }: Entitlement): string {
  if (ttl === 'never') return 'never dies, and cannot be revoked';
  const dies = `dies ${span(ttl * 1000)} after it was issued`;
  const afterlife = afterlifeOf(credential.kind);
  switch (revocation) {
    case 'immediate':
      return `${dies}, and at once when it is returned or revoked`;
    case 'at-expiry':
    case 'none':
      // What a vault makes can be revoked where it makes a lease with it, which nobody knows before.
      if (credential.kind === 'vault-secret') return `${dies}, and before only if the vault made a lease of it`;
      return `${dies}, and cannot be revoked before${afterlife === undefined ? '' : `; ${afterlife}`}`;
  }
}
