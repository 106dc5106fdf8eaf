// The wire of `GET /v1/catalog`: what the caller may ask for, and what would be missing. Apart from api.ts, since the action has
// no use for it. Where only codes may be told, an entitlement is its scope, the decision and the codes, and nothing else.
import { z } from 'zod';
import { reasonSchema } from './api.ts';

const text = (max: number) => z.string().max(max);

const factorSchema = z.object({ points: z.int().min(0).max(100), sentence: text(2_048) });

const figureSchema = z.object({
  score: z.int().min(0).max(100),
  level: z.enum(['low', 'medium', 'high']),
  factors: z.array(factorSchema).max(20),
});

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
  risk_figure: figureSchema.optional(),
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

/** The same for a person who is signed in: every project, as its policy says it, without a decision about any job. */
export const peopleCatalogSchema = z.object({
  projects: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      owner: z.string(),
      repositories: z.array(z.object({ issuer: z.string(), name: z.string() })),
      entitlements: z.array(
        catalogEntitlementSchema.pick({ scope: true, description: true, terms: true }).extend({
          title: text(100),
          kind: text(100),
          gives: text(2_048),
          risk: z.enum(['low', 'high']),
          risk_figure: figureSchema,
          ttl: z.union([z.int().min(0), z.literal('never')]),
          revocation: z.enum(['immediate', 'at-expiry', 'none']),
          lifetime: text(200),
          /** teams that must agree, and how many of their members; left out where nobody can */
          approval: z.object({ by: z.array(z.string()), needed: z.int(), within: z.int() }).optional(),
          /** teams of which one member may invoke it in an emergency, and those that are told */
          break_glass: z.object({ for: z.array(z.string()), notify: z.array(z.string()) }).optional(),
          /** one array a rule: what it wants, all of it; any one rule suffices */
          rules: z.array(z.array(z.object({ condition: z.string(), expected: z.string() }))),
          /** what this broker lacks for it, so that it always refuses */
          lacks: z.array(z.string()),
        }),
      ),
    }),
  ),
});

export type PeopleCatalog = z.infer<typeof peopleCatalogSchema>;
export type CatalogEntitlement = z.infer<typeof catalogEntitlementSchema>;
export type Catalog = z.infer<typeof catalogSchema>;
