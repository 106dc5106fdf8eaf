// The wire of `GET /v1/catalog`: what the caller may ask for, and what would be missing. Apart from api.ts, since the action has
// no use for it. Where only codes may be told, an entitlement is its scope, the decision and the codes, and nothing else.
import { z } from 'zod';
import { reasonSchema } from './api.ts';

const text = (max: number) => z.string().max(max);

const factorSchema = z.object({ points: z.int().min(0).max(100), sentence: text(2_048) });

export const catalogEntitlementSchema = z.object({
  scope: text(100),
  decision: z.enum(['permit', 'deny', 'approval']),
  /** nearest rule first */
  reasons: z.array(reasonSchema).max(10),
  /** further reasons, which are not listed; `/v1/explain` has all */
  more_reasons: z.int().min(0).optional(),
  title: text(100).optional(),
  description: text(1_000).optional(),
  /** the team that answers for it */
  owner: text(201).optional(),
  kind: text(100).optional(),
  /** what the job gets, in words */
  gives: text(2_048).optional(),
  risk: z.enum(['low', 'high']).optional(),
  risk_figure: z
    .object({
      score: z.int().min(0).max(100),
      level: z.enum(['low', 'medium', 'high']),
      factors: z.array(factorSchema).max(20),
    })
    .optional(),
  /** seconds: the default and the longest */
  ttl: z.union([z.int().min(0), z.literal('never')]).optional(),
  revocation: z.enum(['immediate', 'at-expiry', 'none']).optional(),
  /** how it ends, in words */
  lifetime: text(200).optional(),
  /** RFC 3339: when it would end if it were issued now; null where it never does */
  ends_at: text(40).nullable().optional(),
  /** what else the policy asks for: approval, review … */
  terms: z.array(text(2_048)).max(10).optional(),
});

export const catalogSchema = z.object({
  entitlements: z.array(catalogEntitlementSchema).max(50),
  /** projects that list the repository and refuse it whatever it asks for */
  refused: z.array(z.object({ project: text(40), reasons: z.array(reasonSchema).max(10) })).max(50),
  /** for `?after=`, where there are more */
  next: text(100).nullable(),
});

export type CatalogEntitlement = z.infer<typeof catalogEntitlementSchema>;
export type Catalog = z.infer<typeof catalogSchema>;
