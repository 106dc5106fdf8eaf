// Break-glass as the entries tell it: who invoked what in which incident, how often, and who reviewed it. An invocation outside
// its incident, or a review by somebody who invoked in it, does not follow from what was said before.
import type { Said } from './check-entry.ts';
import { Contradiction, columnOf, type ExpectedRow, type ExpectedRows, textOf, timeOf } from './story.ts';

export class StoryOfBreakGlass {
  readonly #rows: ExpectedRows;

  readonly steps: Readonly<Record<string, (said: Said) => void>> = {
    'break-glass.invoked': (said) => this.#invoked(said),
    'break-glass.reviewed': (said) => this.#reviewed(said),
  };

  constructor(rows: ExpectedRows) {
    this.#rows = rows;
  }

  #invoked(said: Said): void {
    const [id, invocationId] = [textOf(said, 'incident_id'), textOf(said, 'invocation_id')];
    const incident = this.#rows.incidents.get(id) ?? this.#opened(said, id);
    const { values } = incident;
    if (said.time >= Number(values['ends_at'])) throw new Contradiction(`it invokes in ${id}, which was over`);
    this.#refuseOther(said, incident);
    const number = Number(values['invocations']) + 1;
    if (columnOf(said, 'number') !== number)
      throw new Contradiction(`it is invocation ${columnOf(said, 'number')} of ${id}, and there were ${number - 1}`);
    if (this.#rows.invocations.has(invocationId)) throw new Contradiction(`${invocationId} was made before`);
    incident.by = said.index;
    values['invocations'] = number;
    const approvalId = textOf(said, 'approval_id');
    this.#rows.invocations.set(invocationId, {
      by: said.index,
      values: {
        ...{ id: invocationId, incident_id: id, approval_id: approvalId, principal: textOf(said, 'invoker') },
        ...{ number, at: said.time },
      },
    });
  }

  #opened(said: Said, id: string): ExpectedRow {
    const [project, entitlement] = [textOf(said, 'project'), textOf(said, 'entitlement')];
    for (const { values } of this.#rows.incidents.values())
      if (values['project'] === project && values['entitlement'] === entitlement && values['reviewed_at'] === null)
        throw new Contradiction(`it opens ${id}, and ${values['id']} was not reviewed`);
    const opened: ExpectedRow = {
      by: said.index,
      values: {
        ...{ id, project, entitlement, opened_at: said.time, ends_at: timeOf(said, 'incident_ends_at') },
        ...{ invocations: 0, reviewed_at: null, reviewer: null },
      },
    };
    this.#rows.incidents.set(id, opened);
    return opened;
  }

  #reviewed(said: Said): void {
    const [id, reviewer] = [textOf(said, 'incident_id'), textOf(said, 'reviewer')];
    const incident = this.#rows.incidents.get(id);
    if (incident === undefined) throw new Contradiction(`it reviews ${id}, which nobody opened`);
    this.#refuseOther(said, incident);
    if (incident.values['invocations'] !== columnOf(said, 'invocations'))
      throw new Contradiction(
        `it reviews ${columnOf(said, 'invocations')} invocations of ${id}, and there were ${incident.values['invocations']}`,
      );
    for (const { values } of this.#rows.invocations.values())
      if (values['incident_id'] === id && values['principal'] === reviewer)
        throw new Contradiction(`${reviewer} reviews ${id}, and invoked in it`);
    incident.by = said.index;
    Object.assign(incident.values, { reviewed_at: said.time, reviewer });
  }

  #refuseOther(said: Said, { values }: ExpectedRow): void {
    if (values['project'] !== textOf(said, 'project') || values['entitlement'] !== textOf(said, 'entitlement'))
      throw new Contradiction(`${values['id']} is an incident of another entitlement`);
    if (values['reviewed_at'] !== null) throw new Contradiction(`${values['id']} was reviewed before`);
  }
}
