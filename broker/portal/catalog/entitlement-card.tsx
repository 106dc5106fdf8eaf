// One entitlement: what it gives, how it ends, who decides, what a job must be to get it, and how risky that is and why.
import type { PeopleCatalog } from '../../../shared/catalog.ts';
import { ordinal } from '../../../shared/ordinal.ts';
import { span } from '../../../shared/time-words.ts';
import { anyOf, begun, plural } from '../data/request-words.ts';
import { useSession } from '../data/session.ts';
import { Facts } from '../parts/card.tsx';
import { Conditions } from '../parts/conditions.tsx';
import { Link } from '../parts/link.tsx';
import { Risk, Tag } from '../parts/marks.tsx';
import { Exact, Sentence } from '../parts/said.tsx';
import { lifeWords } from './life-words.ts';

type Project = PeopleCatalog['projects'][number];
type Entitlement = Project['entitlements'][number];

interface Props {
  readonly project: Project;
  readonly entitlement: Entitlement;
  readonly back: string;
}

export function EntitlementCard({ project, entitlement, back }: Props) {
  const { me } = useSession();
  const { scope, title, risk, description, approval } = entitlement;
  const yours = approval?.by.some((team) => me.teams.includes(team)) === true;
  return (
    <section class="card entitlement" aria-labelledby="entitlement">
      <p class="catalog-back">
        <Link class="row-link" to={back}>
          All of the catalog
        </Link>
      </p>
      <p class="tags">
        {yours && <Tag name="approved" word="You may decide" />}
        <Risk risk={risk} />
        <code class="hint">{scope}</code>
      </p>
      <h2 id="entitlement" class="big">
        {title}
      </h2>
      {description !== undefined && <p class="lead">{description}</p>}
      <Facts all={factsOf(project, entitlement)} />
      <Rules rules={entitlement.rules} />
      <RiskFigure figure={entitlement.risk_figure} />
      <h3>In a workflow</h3>
      <pre class="command">
        <code>{workflowLines(scope)}</code>
      </pre>
    </section>
  );
}

function factsOf(project: Project, one: Entitlement) {
  const { approval, terms, lacks } = one;
  return [
    { name: 'It gives', value: begun(one.gives) },
    { name: 'How long', value: one.ttl === 'never' ? 'without an end' : `At most ${lifeWords(one.ttl)}` },
    { name: 'How it ends', value: begun(one.lifetime) },
    {
      name: 'Who decides',
      value:
        approval === undefined
          ? 'The policy alone; nobody is asked'
          : `${plural(approval.needed, 'member')} of ${anyOf(approval.by)}, within ${span(approval.within * 1000)}`,
    },
    { name: 'Answers for it', value: project.owner },
    {
      name: 'Repositories',
      value: project.repositories.map(({ issuer, name }) => (
        <div key={name}>
          <Exact text={name} /> <span class="hint">at {issuer}</span>
        </div>
      )),
    },
    {
      name: 'Terms',
      value: terms !== undefined && terms.length > 0 && terms.map((term) => <div key={term}>{begun(term)}</div>),
    },
    {
      name: 'Not available',
      value: lacks.length > 0 && <>This broker lacks {lacks.join(' and ')}, so it always refuses.</>,
    },
  ];
}

function Rules({ rules }: { readonly rules: Entitlement['rules'] }) {
  return (
    <>
      <h3>{rules.length === 1 ? 'Allowed when all of this holds' : 'Allowed when all of one of these holds'}</h3>
      {rules.map((conditions, index) => (
        <Conditions key={index} label={`The ${ordinal(index)} rule`} conditions={conditions} />
      ))}
    </>
  );
}

function RiskFigure({ figure }: { readonly figure: Entitlement['risk_figure'] }) {
  return (
    <>
      <h3>
        Risk figure {figure.score} of 100, {figure.level}
      </h3>
      <ul class="factors">
        {figure.factors.map(({ points, sentence }) => (
          <li key={sentence}>
            <span class="points">{points}</span>
            <span>
              <Sentence text={sentence} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

const workflowLines = (scope: string): string => `permissions: { contents: read, id-token: write }
steps:
  - uses: acme/buildpass@v1
    with:
      broker-url: ${location.origin}
      entitlement: ${scope}`;
