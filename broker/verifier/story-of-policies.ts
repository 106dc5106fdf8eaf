// Policies as the entries tell them: which documents and sets were ever in force, and which set is now.

import type { KeptValue } from '../../shared/kept-rows.ts';
import type { Said } from './check-entry.ts';
import { Contradiction, columnOf, type ExpectedRows, textOf } from './story.ts';

interface InForce {
  readonly digest: string;
  /** null for the organization's file */
  readonly project: string | null;
}

const idOf = (file: string, digest: string): string => `${digest} ${file}`;

export class StoryOfPolicies {
  /** digest of the set in force */
  set: string | null = null;
  readonly #rows: ExpectedRows;
  readonly #files = new Map<string, InForce>();
  /** of what is in force, by project; made when it is asked for after a change */
  #digests: ReadonlyMap<string | null, string> | undefined;
  #sequence = 0;

  readonly steps: Readonly<Record<string, (said: Said) => void>> = {
    'policy.staged': (said) => this.#staged(said),
    'policy.changed': (said) =>
      this.#changed(said, { digest: columnOf(said, 'policy_digest'), project: textOf(said, 'project') }),
    'organization.changed': (said) =>
      this.#changed(said, { digest: textOf(said, 'organization_digest'), project: null }),
  };

  constructor(rows: ExpectedRows) {
    this.#rows = rows;
  }

  /** @throws Contradiction where something was decided under a policy that was not in force */
  refuseOther({ fields }: Said): void {
    const { policy_digest, organization_digest, project } = fields;
    const ofProject = this.#digestOf(String(project));
    if (ofProject !== policy_digest)
      throw new Contradiction(`it decides by the policy ${policy_digest}, and ${ofProject ?? 'none'} was in force`);
    const ofOrganization = this.#digestOf(null) ?? null;
    if (ofOrganization !== organization_digest)
      throw new Contradiction(
        `it decides under the organization ${organization_digest}, and ${ofOrganization ?? 'none'} was in force`,
      );
  }

  #digestOf(project: string | null): string | undefined {
    this.#digests ??= new Map([...this.#files.values()].map((one) => [one.project, one.digest]));
    return this.#digests.get(project);
  }

  #staged(said: Said): void {
    const { documents } = said.fields;
    if (!Array.isArray(documents)) throw new Contradiction('its documents are no list');
    for (const fields of documents) this.#stagedOne({ ...said, fields: Object(fields) });
  }

  /** In force it is not, and its row is there from now on. */
  #stagedOne(said: Said): void {
    const [file, digest, project] = [textOf(said, 'file'), textOf(said, 'digest'), columnOf(said, 'project')];
    if (this.#rows.policy_documents.has(idOf(file, digest)))
      throw new Contradiction(`it stages the ${file} ${digest}, which was kept before`);
    this.#kept(said, file, { digest, project });
  }

  #changed(said: Said, now: { digest: unknown; project: string | null }): void {
    const [file, set, previous] = [textOf(said, 'file'), textOf(said, 'set_digest'), columnOf(said, 'previous_digest')];
    const before = this.#files.get(file)?.digest ?? null;
    if (before !== previous) throw new Contradiction(`it replaces the ${file} ${previous}, and ${before} was in force`);
    this.#digests = undefined;
    if (typeof now.digest === 'string') this.#inForce(said, file, { digest: now.digest, project: now.project });
    else this.#files.delete(file);
    if (set !== this.set) this.#nextSet(said, set);
  }

  #inForce(said: Said, file: string, now: InForce): void {
    this.#files.set(file, now);
    if (!this.#rows.policy_documents.has(idOf(file, now.digest))) this.#kept(said, file, now);
  }

  #kept({ index, time }: Said, file: string, { digest, project }: { digest: string; project: KeptValue }): void {
    const values = { digest, file, project, loaded_at: time };
    this.#rows.policy_documents.set(idOf(file, digest), { by: index, values });
  }

  #nextSet({ index, time }: Said, digest: string): void {
    this.set = digest;
    this.#sequence += 1;
    const values = { id: 1, sequence: this.#sequence, digest, since: time };
    this.#rows.policy_in_force.set('1', { by: index, values });
    if (!this.#rows.policy_sets.has(digest))
      this.#rows.policy_sets.set(digest, { by: index, values: { digest, loaded_at: time } });
  }
}
