// The risk figure of an entitlement as a policy would have it, in a project of three repositories.
import { projectSchema } from '../../broker/policy/document.ts';
import { riskFigure } from '../../broker/policy/risk-figure.ts';
import type { RiskFigure } from '../../broker/risk.ts';
import { buildEntitlement, buildProject, type Yaml } from './build-policy.ts';
import { kindOf } from './credential-samples.ts';

const REPOSITORIES = ['acme/shop', 'acme/web', 'other/x'].map((name, at) => ({
  name,
  id: `${2001 + at}`,
  issuer: 'github',
}));

export function figureOf(entitlement: Yaml): RiskFigure {
  const project = projectSchema.parse(buildProject({ entitlements: { preview: buildEntitlement(entitlement) } }));
  const document = project.entitlements['preview'];
  if (document === undefined) throw new Error('the builder has one');
  const { kind, ...parameters } = document.credential;
  return riskFigure(document, { kind: kindOf(kind), parameters, repositories: REPOSITORIES });
}

export const score = (entitlement: Yaml): number => figureOf(entitlement).score;
