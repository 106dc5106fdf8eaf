// How much a credential can do, in points of the risk figure: what every kind says of its own parameters.

export interface Power {
  /** 0 to `GREATEST_POWER` */
  readonly points: number;
  /** what it can do, as the rest of a sentence with its full stop */
  readonly sentence: string;
}

export const GREATEST_POWER = 15;
