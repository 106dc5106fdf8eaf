// What people are told about, as it is queued and as a webhook carries it. Another kind is another member of `Notice` and its
// words in notice-words.ts. Names and reasons in it are for the organization's own channels; a secret is never among them.

/** What was asked, by which job: in every notice about a request. */
export interface AskedFields {
  readonly request_id: string;
  readonly project: string;
  readonly entitlement: string;
  readonly issuer: string;
  readonly repository: string;
  readonly ref: string;
  readonly sha: string;
  readonly environment: string | null;
  readonly event_name: string;
  readonly workflow_ref: string;
  readonly run_id: string;
  readonly run_attempt: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly ticket: string | null;
  /** the program that prepared the ask, as the job says */
  readonly assisted_by: string | null;
}

export type Notice =
  | {
      /** People must agree before this is issued. */
      readonly kind: 'request.waiting';
      readonly fields: AskedFields & {
        readonly title: string;
        readonly risk: 'low' | 'high';
        /** what the job would get, in words */
        readonly gives: string;
        /** teams whose members decide */
        readonly by: readonly string[];
        readonly needed: number;
        /** teams of which one member may invoke break-glass instead; none where the policy has none */
        readonly break_glass: readonly string[];
        /** RFC 3339: until when it can be decided */
        readonly expires_at: string;
      };
    }
  | {
      readonly kind: 'request.decided';
      readonly fields: AskedFields & {
        readonly decision: 'approved' | 'rejected';
        readonly verdicts: readonly {
          readonly verdict: 'approve' | 'reject';
          readonly name: string | null;
          readonly reason: string | null;
        }[];
      };
    }
  | {
      /** The time was over before people decided, or before the job collected what they had approved. */
      readonly kind: 'request.expired';
      readonly fields: AskedFields & { readonly was: 'pending' | 'approved' | 'invoked' };
    }
  | {
      /** Somebody used break-glass in the place of approvals. */
      readonly kind: 'break-glass.invoked';
      readonly fields: AskedFields & {
        readonly by: string;
        readonly team: string;
        /** why, and under which ticket, in the words of who invoked */
        readonly because: string;
        readonly incident: string;
        /** its place among those of the incident, from 1 */
        readonly number: number;
        /** RFC 3339: from then on it is shut until it was reviewed */
        readonly incident_ends_at: string;
        /** teams that the policy has told */
        readonly notify: readonly string[];
      };
    }
  | {
      /** Somebody lost their passkeys, or is said to have: each step is told, so that whoever did not can say so. */
      readonly kind: 'passkeys.reset';
      readonly fields: {
        readonly stage: 'proposed' | 'reset' | 'registered';
        readonly principal: string;
        readonly person: string;
        /** null for the operator at the machine, and where the person registered one */
        readonly by: string | null;
        readonly reason: string | null;
        /** RFC 3339: until when it can be confirmed, or a passkey be registered */
        readonly until: string | null;
      };
    };
