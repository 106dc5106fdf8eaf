// The risk figure of an entitlement as a policy would have it, in a project of three repositories.
import { projectSchema } from '../../broker/policy/document.ts';
import { type FigureFacts, riskFigure } from '../../broker/policy/risk-figure.ts';
import type { RiskFigure } from '../../broker/risk.ts';
import { buildEntitlement, buildProject, type Yaml } from './build-policy.ts';
import { kindOf } from './credential-samples.ts';

const REPOSITORIES = ['acme/shop', 'acme/web', 'other/x'].map((name, at) => ({ name, id: `${2001 + at}` }));

export const figureOf = (entitlement: Yaml): RiskFigure => figureFrom(entitlement);

export const score = (entitlement: Yaml): number => figureOf(entitlement).score;

/** Its factors, a line each. */
export const sentences = (entitlement: Yaml, repositories = REPOSITORIES): readonly string[] =>
  linesOf(figureFrom(entitlement, { repositories: ofGithub(repositories) }));

/** The same where what the credential says was not understood. */
export const figureWithout = (what: 'kind' | 'parameters'): readonly string[] =>
  linesOf(figureFrom({}, { [what]: undefined }));

function figureFrom(entitlement: Yaml, overrides: Partial<FigureFacts> = {}): RiskFigure {
  const project = projectSchema.parse(buildProject({ entitlements: { preview: buildEntitlement(entitlement) } }));
  const document = project.entitlements['preview'];
  if (document === undefined) throw new Error('the builder has one');
  const { kind, ...parameters } = document.credential;
  const facts = { kind: kindOf(kind), parameters, repositories: ofGithub(REPOSITORIES) };
  return riskFigure(document, { ...facts, ...overrides });
}

const ofGithub = (repositories: typeof REPOSITORIES) => repositories.map((one) => ({ ...one, issuer: 'github' }));
const linesOf = ({ factors }: RiskFigure): readonly string[] =>
  factors.map(({ points, sentence }) => `${points} ${sentence}`);
