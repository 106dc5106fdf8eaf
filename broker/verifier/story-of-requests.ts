// Requests, grants, issuances and leases as the entries tell them: what was decided, issued, returned, expired or withheld.

import type { KeptValue } from '../../shared/kept-rows.ts';
import type { Said } from './check-entry.ts';
import { endGrant, refuseEnded } from './grant-ended.ts';
import type { IsOurs } from './parts.ts';
import { asExpected, Contradiction, columnOf, type ExpectedRow, type ExpectedRows, textOf, timeOf } from './story.ts';
import type { StoryOfPolicies } from './story-of-policies.ts';

type Step = (said: Said) => void;

/** A request in these states can be decided again. */
const UNDECIDED = ['granted', 'failed', 'pending', 'approved'];
/** A request in these waits for people, or may collect what they agreed to. */
const WITH_PEOPLE = ['pending', 'approved'];

export class StoryOfRequests {
  readonly #rows: ExpectedRows;
  readonly #policies: StoryOfPolicies;
  readonly #isOurs: IsOurs;
  /** grants of a request, by its id */
  readonly #grantsOf = new Map<string, ExpectedRow[]>();

  /** the job that asked, by the name that its platform gives it; by request */
  readonly #checkRuns = new Map<string, KeptValue>();

  /** What each type of entry does; one that changes no row only has to speak of what there is. */
  readonly steps: Readonly<Record<string, Step>> = {
    'request.decided': (said) => this.#decided(said),
    'request.pending': (said) => this.#pending(said),
    'request.withdrawn': (said) => this.#movedByPeople(said, textOf(said, 'request_id'), 'withdrawn'),
    'approval.verdict': (said) => this.#eachOf(said, textOf(said, 'approval')),
    'break-glass.invoked': (said) => this.#eachOf(said, 'approved'),
    'approval.expired': (said) => this.#eachOf(said, 'expired'),
    'approval.void': (said) => this.#eachOf(said, 'void'),
    'request.misused': (said) => void this.#find('requests', textOf(said, 'request_id')),
    'issuance.started': (said) => this.#started(said),
    'issuance.succeeded': (said) => this.#succeeded(said),
    'issuance.failed': (said) => this.#ended(said, 'failed'),
    'issuance.unknown': (said) => this.#ended(said, 'unknown'),
    'issuance.withheld': (said) => this.#withheld(said),
    'issuance.redelivered': (said) => asExpected(this.#leaseOf(said), { state: 'live' }),
    'lease.returned': (said) => this.#leaseEnded(said, 'returned'),
    'lease.expired': (said) => this.#leaseEnded(said, 'expired'),
    'lease.ended': (said) => this.#endedEarly(said),
    'grant.ended': (said) => endGrant(this.#rows, said),
    'lease.revoked': (said) => this.#revoked(said),
    'lease.died': (said) => this.#died(said),
    'lease.revocation_failed': (said) => void this.#leaseOf(said),
  };

  constructor(rows: ExpectedRows, { policies, isOurs }: { policies: StoryOfPolicies; isOurs: IsOurs }) {
    this.#rows = rows;
    this.#policies = policies;
    this.#isOurs = isOurs;
  }

  #decided(said: Said): void {
    const id = textOf(said, 'request_id');
    const permit = said.fields['decision'] === 'permit';
    this.#policies.refuseOther(said);
    // An issued request stays issued: only its repetition is refused.
    if (!permit && this.#rows.requests.get(id)?.values['state'] === 'issued') return;
    this.#setDecided(said, id, permit ? 'granted' : 'denied');
    if (permit) this.#granted(said, id);
  }

  #pending(said: Said): void {
    this.#setDecided(said, textOf(said, 'request_id'), 'pending');
  }

  #eachOf(said: Said, state: string): void {
    const { requests } = said.fields;
    if (!Array.isArray(requests)) throw new Contradiction('its requests are no list');
    for (const id of requests.map(String)) if (this.#isOurs(id)) this.#movedByPeople(said, id, state);
  }

  #movedByPeople(said: Said, id: string, state: string): void {
    const request = this.#find('requests', id);
    if (!WITH_PEOPLE.includes(String(request.values['state'])))
      throw new Contradiction(`it makes ${id} ${state}, which was ${request.values['state']}`);
    this.#change(said, request, { state, updated_at: said.time });
  }

  #setDecided(said: Said, id: string, state: 'granted' | 'denied' | 'pending'): void {
    const known = this.#rows.requests.get(id);
    this.#policies.refuseOther(said);
    if (known !== undefined && !UNDECIDED.includes(String(known.values['state'])))
      throw new Contradiction(`it decides ${id} again, which was ${known.values['state']}`);
    this.#checkRuns.set(id, columnOf(said, 'check_run_id'));
    this.#rows.requests.set(id, {
      by: said.index,
      details: said.opened.get('details'),
      values: {
        id,
        issuer: textOf(said, 'issuer'),
        repository_id: textOf(said, 'repository_id'),
        project: textOf(said, 'project'),
        entitlement: textOf(said, 'entitlement'),
        state,
        policy_digest: textOf(said, 'policy_digest'),
        created_at: known?.values['created_at'] ?? said.time,
        updated_at: said.time,
      },
    });
  }

  #granted(said: Said, requestId: string): void {
    const id = textOf(said, 'grant_id');
    if (this.#rows.grants.has(id)) throw new Contradiction(`it makes the grant ${id} a second time`);
    const earlier = this.#grantsOf.get(requestId) ?? [];
    // A new grant ends the earlier ones, so that one ask is never two rights to issue.
    for (const { values } of earlier) values['expires_at'] = Math.min(Number(values['expires_at']), said.time);
    const grant: ExpectedRow = {
      by: said.index,
      values: {
        id,
        request_id: requestId,
        rule: columnOf(said, 'rule'),
        ttl: columnOf(said, 'ttl'),
        policy_digest: textOf(said, 'policy_digest'),
        set_digest: this.#policies.set,
        made_at: said.time,
        expires_at: timeOf(said, 'grant_expires_at'),
        redeemed_at: null,
        ended_by: null,
      },
    };
    this.#rows.grants.set(id, grant);
    this.#grantsOf.set(requestId, [...earlier, grant]);
  }

  #started(said: Said): void {
    const [id, grantId, requestId] = [
      textOf(said, 'issuance_id'),
      textOf(said, 'grant_id'),
      textOf(said, 'request_id'),
    ];
    const [request, grant] = [this.#requestOf(said), this.#find('grants', grantId)];
    if (grant.values['redeemed_at'] !== null) throw new Contradiction(`the grant ${grantId} was spent before`);
    refuseEnded(grant);
    if (this.#rows.issuances.has(id)) throw new Contradiction(`the issuance ${id} was started before`);
    asExpected(request, { state: 'granted' });
    asExpected(grant, {
      request_id: requestId,
      rule: columnOf(said, 'rule'),
      policy_digest: textOf(said, 'policy_digest'),
    });
    const leaseId = textOf(said, 'lease_id');
    this.#change(said, grant, { redeemed_at: said.time, issuance_id: id, lease_id: leaseId });
    this.#change(said, request, { state: 'issuing', updated_at: said.time });
    const issuance = { id, request_id: requestId, grant_id: grantId, lease_id: leaseId, kind: textOf(said, 'kind') };
    this.#rows.issuances.set(id, {
      by: said.index,
      values: { ...issuance, state: 'started', started_at: said.time, ended_at: null },
    });
  }

  #succeeded(said: Said): void {
    refuseEnded(this.#find('grants', String(this.#issuanceOf(said).values['grant_id'])));
    this.#ended(said, 'succeeded');
    this.#leased(said, 'live');
  }

  /** An outcome of an issuance that was open. */
  #ended(said: Said, state: 'succeeded' | 'failed' | 'unknown'): void {
    const [issuance, request] = [this.#issuanceOf(said), this.#requestOf(said)];
    asExpected(issuance, { state: 'started' });
    this.#change(said, issuance, { state, ended_at: said.time });
    this.#change(said, request, { state: state === 'succeeded' ? 'issued' : state, updated_at: said.time });
  }

  #withheld(said: Said): void {
    const [issuance, request] = [this.#issuanceOf(said), this.#requestOf(said)];
    if (issuance.values['state'] === 'withheld') throw new Contradiction('what it withholds was withheld before');
    this.#change(said, issuance, { state: 'withheld', ended_at: said.time });
    this.#change(said, request, { state: 'unknown', updated_at: said.time });
    const lease = this.#rows.leases.get(textOf(said, 'lease_id'));
    if (lease === undefined) this.#leased(said, 'withheld');
    else this.#change(said, lease, { state: 'withheld' });
  }

  #leased(said: Said, state: 'live' | 'withheld'): void {
    const id = textOf(said, 'lease_id');
    const keyId = columnOf(said, 'key_id');
    if (keyId !== null && state === 'live') this.#refuseKeyThatDoesNotSign(String(keyId));
    asExpected(this.#issuanceOf(said), { lease_id: id });
    this.#rows.leases.set(id, {
      by: said.index,
      values: {
        id,
        issuance_id: textOf(said, 'issuance_id'),
        request_id: textOf(said, 'request_id'),
        kind: textOf(said, 'kind'),
        state,
        revocation: textOf(said, 'revocation'),
        issued_at: said.time,
        ends_at: timeOf(said, 'ends_at'),
        upstream_expires_at: timeOf(said, 'upstream_expires_at'),
        key_id: keyId,
        check_run_id: this.#checkRuns.get(textOf(said, 'request_id')) ?? null,
        revoked_at: null,
      },
    });
  }

  /** One that was replaced a moment ago may have signed just before. */
  #refuseKeyThatDoesNotSign(keyId: string): void {
    const state = this.#rows.signing_keys.get(keyId)?.values['state'];
    if (state !== 'current' && state !== 'previous')
      throw new Contradiction(`it is signed by the key ${keyId}, which was ${state ?? 'made by no entry before'}`);
  }

  #endedEarly(said: Said): void {
    if (textOf(said, 'because') === 'key-compromised') this.#endedWithKey(said);
    else this.#leaseEnded(said, 'ended');
  }

  #endedWithKey(said: Said): void {
    const lease = asExpected(this.#leaseOf(said), { key_id: textOf(said, 'key_id') });
    this.#leaseEnded(said, 'ended');
    const state = this.#rows.signing_keys.get(String(lease.values['key_id']))?.values['state'];
    if (state !== 'withdrawn') throw new Contradiction(`it ends a lease for its key, which was ${state}`);
  }

  #leaseEnded(said: Said, state: 'returned' | 'expired' | 'ended'): void {
    const lease = this.#leaseOf(said);
    asExpected(lease, { state: 'live' });
    this.#change(said, lease, { state });
  }

  /** What was handed out and is still held cannot have been revoked, nor anything twice. */
  #revoked(said: Said): void {
    this.#change(said, this.#over(said, 'is revoked'), { revoked_at: said.time });
  }

  #died(said: Said): void {
    const lease = this.#over(said, 'died unrevoked');
    const dies = asExpected(lease, { upstream_expires_at: timeOf(said, 'upstream_expires_at') }).values;
    if (said.time < Number(dies['upstream_expires_at']))
      throw new Contradiction(`it says that ${dies['id']} has died, and that comes later`);
  }

  #over(said: Said, what: string): ExpectedRow {
    const lease = this.#leaseOf(said);
    const { id, state, revoked_at: at } = lease.values;
    if (state === 'live' || at !== null)
      throw new Contradiction(`it says that ${id} ${what}, which was ${at === null ? state : 'revoked'}`);
    return lease;
  }

  #leaseOf(said: Said): ExpectedRow {
    return asExpected(this.#find('leases', textOf(said, 'lease_id')), {
      issuance_id: textOf(said, 'issuance_id'),
      request_id: textOf(said, 'request_id'),
    });
  }

  #issuanceOf(said: Said): ExpectedRow {
    return asExpected(this.#find('issuances', textOf(said, 'issuance_id')), {
      request_id: textOf(said, 'request_id'),
      kind: textOf(said, 'kind'),
    });
  }

  #requestOf(said: Said): ExpectedRow {
    return asExpected(this.#find('requests', textOf(said, 'request_id')), {
      project: textOf(said, 'project'),
      entitlement: textOf(said, 'entitlement'),
    });
  }

  #find(table: 'requests' | 'grants' | 'issuances' | 'leases', id: string): ExpectedRow {
    const row = this.#rows[table].get(id);
    if (row === undefined) throw new Contradiction(`it speaks of ${id}, which no entry before made`);
    return row;
  }

  #change({ index }: Said, row: ExpectedRow, values: ExpectedRow['values']): void {
    row.by = index;
    Object.assign(row.values, values);
  }
}
