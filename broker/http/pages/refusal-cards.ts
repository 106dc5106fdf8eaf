// A refusal: what to change first, then what was compared. Nearest rule first, as the decision has it.

import { counted } from '../../../shared/number-words.ts';
import { ordinal } from '../../../shared/ordinal.ts';
import type { Reason } from '../../model.ts';
import type { Refusal } from '../../requests/decided.ts';
import { card } from './frame.ts';
import { type Html, html } from './html.ts';
import { saidWhole, sentence } from './said.ts';
import { icon } from './states.ts';
import { table } from './table.ts';

/** More would hide the near ones; all of them are in the table. */
const RULES_SHOWN = 3;

export function refusalCards({ reasons, disclosure }: Refusal): Html {
  const compared = reasons.filter(({ expected }) => expected !== undefined);
  const told =
    disclosure === 'codes' &&
    html`<p class="hint">The repository is public, and so is the log of its jobs: the job was told the codes and a link, nothing more.</p>`;
  return html`${card({ id: 'change', title: 'What to change', body: html`${changes(reasons)}${told}` })}
${compared.length > 0 && card({ id: 'compared', title: 'What was compared', body: comparison(compared) })}`;
}

/** Whatever stands against it has to go; of the rules, any one will do. */
function changes(reasons: readonly Reason[]): Html {
  const against = reasons.filter(({ rule }) => rule === undefined);
  const ofRules = Map.groupBy(
    reasons.filter(({ rule }) => rule !== undefined),
    ({ rule }) => rule,
  );
  const rules = [...ofRules.values()];
  const more = rules.length - RULES_SHOWN;
  return html`${against.length > 0 && list(against)}${howMuch(against, rules)}${rules.slice(0, RULES_SHOWN).map(list)}
${more > 0 && html`<p class="hint">${counted(more, 'rule further away is', 'rules further away are')} compared below.</p>`}`;
}

function howMuch(against: readonly Reason[], rules: readonly (readonly Reason[])[]): Html | undefined {
  const also = against.length > 0 ? 'Besides, one' : 'One';
  if (rules.length > 1) return html`<p class="how-much">${also} of these rules has to hold, with every line of it:</p>`;
  const all = rules.flat().length > 1 || (rules.length > 0 && against.length > 0);
  return all ? html`<p class="how-much">Each of these has to change${against.length > 0 && ' too'}:</p>` : undefined;
}

const list = (reasons: readonly Reason[]): Html =>
  html`<ul class="changes">${reasons.map(({ message, got }) => html`<li>${icon('change')}<div>${sentence(message, got)}</div></li>`)}</ul>`;

function comparison(reasons: readonly Reason[]): Html {
  const body = table({
    caption: 'What differed, nearest rule first',
    kind: 'compared',
    columns: ['Condition', 'The rule wants', 'The job was'],
    rows: reasons.map((reason) => [
      html`${condition(reason)}`,
      html`<code>${reason.expected}</code>`,
      reason.got === undefined
        ? html`<span class="hint">${reason.code === 'FACT_UNAVAILABLE' ? 'not known to this broker' : 'none'}</span>`
        : saidWhole(reason.got),
    ]),
  });
  const allCodes = [...new Set(reasons.map(({ code }) => code))];
  return html`${body}<p class="hint">Only what differed is listed. ${allCodes.length === 1 ? 'Code' : 'Codes'} ${allCodes.map((code) => html`<code>${code}</code> `)}</p>`;
}

const condition = ({ condition: key, rule, code }: Reason): Html =>
  html`<strong>${key ?? code}</strong>${rule !== undefined && html` <span class="hint">${ordinal(rule)} rule</span>`}`;
