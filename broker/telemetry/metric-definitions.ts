// Every metric of the broker: its name, what it means, and what to watch it for. docs/metrics.md is made from here.
// No label names a repository, a ref or a person: a label's values are those of the code and of the configuration.

export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly means: string;
  /** when it should wake or worry somebody, as a PromQL expression */
  readonly alert?: string;
  /** upper bounds of a histogram */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const counter = <const L extends readonly string[]>(labels: L, means: string, alert?: string) =>
  ({ type: 'counter', labels, means, ...(alert === undefined ? {} : { alert }) }) as const;
const gauge = <const L extends readonly string[]>(labels: L, means: string, alert?: string) =>
  ({ type: 'gauge', labels, means, ...(alert === undefined ? {} : { alert }) }) as const;
const histogram = <const L extends readonly string[]>(labels: L, means: string, buckets: readonly number[]) =>
  ({ type: 'histogram', labels, means, buckets }) as const;

export const METRICS = {
  buildpass_requests_total: counter(
    ['route', 'status'],
    'Answers, by route and status.',
    'sum(rate(buildpass_requests_total{status=~"5.."}[5m])) / sum(rate(buildpass_requests_total[5m])) > 0.05',
  ),
  buildpass_request_seconds: histogram(['route'], 'From the head of a request to the end of its answer.', SECONDS),
  buildpass_problems_total: counter(
    ['code'],
    'Requests answered with an error, by its code: `TOKEN_…`, `AUDIENCE_MISMATCH` and `ISSUER_UNTRUSTED` are failed authentication, `OWNER_NOT_ALLOWED` jobs of other owners, `TOKEN_REPLAYED` replays. None of them but the first replay of a token is in the log.',
    'increase(buildpass_problems_total{code="TOKEN_REPLAYED"}[1h]) > 0',
  ),
  buildpass_decisions_total: counter(
    ['outcome'],
    'Asks by what was decided: `permit`, `deny`, or `stranger` for a repository that no policy lists, which is counted here only.',
  ),
  buildpass_refusals_total: counter(['code'], 'Reasons of refusals; one refusal counts once for each of its codes.'),
  buildpass_issuances_total: counter(
    ['kind', 'outcome'],
    'Credentials by kind: `issued`, or `failed` for one that was permitted and did not come.',
    'increase(buildpass_issuances_total{outcome="failed"}[15m]) > 5',
  ),
  buildpass_redeliveries_total: counter([], 'Answers that were lost on their way and given again.'),
  buildpass_commits_total: counter(
    ['outcome'],
    'Commits of the store. One that is `unknown` failed and may have happened.',
    'increase(buildpass_commits_total{outcome="unknown"}[5m]) > 0',
  ),
  buildpass_commit_seconds: histogram([], 'One commit, from its lock to the disk.', SECONDS),
  buildpass_commit_units: histogram([], 'Units of work that shared a commit.', [1, 2, 4, 8, 16, 32, 64]),
  buildpass_turns_running: gauge([], 'Asks that are worked on.'),
  buildpass_turns_waiting: gauge([], 'Asks that wait for their turn.', 'buildpass_turns_waiting > 500'),
  buildpass_turns_rejected_total: counter(
    [],
    'Asks refused at once with `OVERLOADED`, because their turn would have come too late.',
    'increase(buildpass_turns_rejected_total[5m]) > 0',
  ),
  buildpass_sign_ins_total: counter(
    ['kind', 'outcome'],
    'People at the door, by kind of provider, `passkey` or `command-line`: `signed-in`, `linked`, `stepped-up`, or the code of what went wrong.',
    'increase(buildpass_sign_ins_total{outcome="SIGN_IN_FAILED"}[1h]) > 5',
  ),
  buildpass_limited_total: counter(
    ['limit'],
    'What a limit refused: `address` (requests of one), `connections` (of all), `connections-of-address`, `repository` (its asks), `refused-share` (its refusals).',
  ),
  buildpass_issuer_key_fetches_total: counter(
    ['issuer', 'outcome'],
    'Fetches of the keys of an issuer: `fetched` or `failed`.',
  ),
  buildpass_issuer_keys_age_seconds: gauge(
    ['issuer'],
    'Since the keys of an issuer were fetched last; absent before the first time. Stale keys serve for an hour.',
    'buildpass_issuer_keys_age_seconds > 1800 and increase(buildpass_issuer_key_fetches_total{outcome="failed"}[15m]) > 0',
  ),
  buildpass_jobs_waiting: gauge([], 'Jobs that hold a connection while people decide.'),
  buildpass_leases: gauge(
    ['state'],
    'Leases: `live`, or `overdue` where the end has passed and is not on record.',
    'buildpass_leases{state="overdue"} > 0',
  ),
  buildpass_outbox_items: gauge(['kind'], 'What waits to be done at other systems: `revoke` or `notify`.'),
  buildpass_outbox_oldest_seconds: gauge(
    ['kind'],
    'How long the oldest of its kind has been due; 0 where none is.',
    'buildpass_outbox_oldest_seconds > 600',
  ),
  buildpass_revocations_failing: gauge(
    [],
    'Leases whose credential could not be revoked yet: each was tried at least once and is tried again, until it succeeds or the credential has died. `leases list --state failing` names them.',
    'buildpass_revocations_failing > 0',
  ),
  buildpass_pauses: gauge([], 'Pauses in force, of whatever. `leases list` names them.', 'buildpass_pauses > 0'),
  buildpass_notices_total: counter(
    ['channel', 'outcome'],
    'Tries to tell a channel (`webhook`, `slack`, `email`): `delivered`, `failed` and tried again, or `given-up` after a day.',
    'increase(buildpass_notices_total{outcome="failed"}[15m]) > 5',
  ),
  buildpass_log_entries: gauge([], 'Entries of the issuance log.'),
  buildpass_anchor_age_seconds: gauge(
    [],
    'Since the anchor was last known to be up to date; absent without `log.anchor-file`.',
    'buildpass_anchor_age_seconds > 60',
  ),
  buildpass_background_failures_total: counter(
    ['job'],
    'Runs of background work that failed; each is tried again.',
    'increase(buildpass_background_failures_total[5m]) > 10',
  ),
  buildpass_log_lines_total: counter(
    ['level'],
    'Lines of our own log at `warn` and `error`. What an error line means and what to do is in operations.md.',
    'increase(buildpass_log_lines_total{level="error"}[5m]) > 0',
  ),
  buildpass_policy_info: gauge(['digest'], '1, with the digest of the policies in force.'),
  buildpass_policy_loads_total: counter(
    ['outcome'],
    'Loads of the policy directory: `in-force` for one that changed something, `unchanged`, `refused`, or `failed` where the store did not take it.',
    'increase(buildpass_policy_loads_total{outcome="failed"}[15m]) > 0',
  ),
  buildpass_policy_load_seconds: histogram([], 'One load, from reading the directory to what is on record.', SECONDS),
  buildpass_policy_age_seconds: gauge([], 'Since the policies in force came into force.'),
  buildpass_policy_entitlements: gauge([], 'Entitlements on offer in the policies in force.'),
  buildpass_policy_refused: gauge(
    [],
    '1 while newer policies are there that do not load, so that the last good ones are in force. `/readyz` of the admin listener says why.',
    'buildpass_policy_refused == 1',
  ),
  buildpass_ready: gauge([], '1 while `/readyz` says ready.', 'buildpass_ready == 0'),
  buildpass_build_info: gauge(['version', 'node'], '1, with the version of the broker and of Node.'),
  buildpass_event_loop_delay_seconds: gauge(
    ['quantile'],
    'How late the process got round to its work, since the last scrape.',
    'buildpass_event_loop_delay_seconds{quantile="0.99"} > 0.5',
  ),
  process_resident_memory_bytes: gauge([], 'Resident memory.'),
  process_cpu_seconds_total: counter([], 'Processor time, user and system.'),
  process_start_time_seconds: gauge([], 'When the process started, in seconds since 1970.'),
} satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
export type NameOf<T extends MetricDefinition['type']> = {
  [K in MetricName]: (typeof METRICS)[K]['type'] extends T ? K : never;
}[MetricName];
