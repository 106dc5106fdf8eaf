// What has to be set up on the other side so that it trusts one entitlement: the same for the command line, Terraform and programs.
// Values are exact; what nobody here can know is a placeholder that is named.
import type { Seconds } from '../clock.ts';
import type { UpstreamSystem } from '../providers/endpoints.ts';
import type { HclBlock } from './hcl.ts';

/** An entitlement of the loaded policies, as the other side must know it. */
export interface Trusted {
  /** `project/entitlement` */
  readonly scope: string;
  /** `sub` of its tokens */
  readonly subject: string;
  readonly ttl: Seconds | 'never';
  /** what its kind's `parse` took */
  readonly parameters: unknown;
}

export interface TrustAsk extends Trusted {
  readonly issuer: string;
  /** every entitlement of the same kind, this one too: they may share what is set up */
  readonly all: readonly Trusted[];
  readonly upstreams: readonly UpstreamSystem[];
}

export interface Step {
  /** as a comment above it */
  readonly why: string;
  readonly argv: readonly string[];
  /** what it reads from standard input */
  readonly input?: string;
}

export interface SetUp {
  readonly audience: string;
  /** sentences that whoever sets it up should know */
  readonly notes: readonly string[];
  /** each stands in what is printed, to be replaced */
  readonly placeholders: readonly { readonly placeholder: string; readonly meaning: string }[];
  /** documents by the name of what they are */
  readonly documents: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
  readonly terraform: readonly HclBlock[];
}

/** The other side cannot be set up like this: a sentence, with the way out. */
export class NoTrust extends Error {
  override readonly name = 'NoTrust';
}

/** Clouds fetch the keys themselves, and take an issuer by https only. */
export function requireHttps(issuer: string, who: string): void {
  if (issuer.startsWith('https://')) return;
  throw new NoTrust(`${who} takes an issuer by https only, and reads its keys from outside; this one is "${issuer}"`);
}

/** All that are set up in one piece, in an order that does not depend on which of them is asked about. */
export function sharing<P>(ask: TrustAsk, same: (parameters: P) => boolean): readonly (Trusted & { parameters: P })[] {
  const all = ask.all as readonly (Trusted & { parameters: P })[];
  return all.filter(({ parameters }) => same(parameters)).sort((a, b) => (a.scope < b.scope ? -1 : 1));
}

/** A note where it is not alone; none where it is. */
export function sharingNotes(what: string, sharers: readonly Trusted[], { scope }: Trusted): readonly string[] {
  const others = sharers.map((one) => one.scope).filter((other) => other !== scope);
  return others.length === 0
    ? []
    : [
        `${what} is also for ${others.join(', ')}, which the policies say too: all are in it, as it replaces what is there.`,
      ];
}

/** A name for things of this entitlement: two entitlements never have the same, as their names have a `-` and neither of these. */
export const nameFor = (scope: string, between: '_' | '.' = '_'): string =>
  `buildpass${between}${scope.replace('/', between)}`;
