// How much harm an entitlement could do, as the catalog and reviews show it: figured out by policy/risk-figure.ts.

/** What could go wrong with an entitlement, from what its policy says: 0 to 100, and why. */
export interface RiskFigure {
  readonly score: number;
  readonly level: 'low' | 'medium' | 'high';
  /** those with the most points first; their sum is the score */
  readonly factors: readonly RiskFactor[];
}

export interface RiskFactor {
  readonly points: number;
  readonly sentence: string;
}
