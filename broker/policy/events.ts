// The events that start a job, and what kind of ref a job of each can have (GitHub's "Events that trigger workflows").
// Ref and event are judged together: a job of `issue_comment` or `pull_request_target` carries the default branch as its ref,
// though anybody may have started it, so that a branch alone says nothing about who is asking.

export type RefKind = 'branch' | 'tag' | 'pull';

/** Events of a rule that names none: each needs write access to the repository. */
export const DEFAULT_EVENTS: readonly string[] = ['push', 'workflow_dispatch', 'release'];
export const PULL_REQUEST_EVENTS: readonly string[] = ['pull_request'];

/** What somebody without write access can cause; `workflow_run` follows whatever started the workflow before it. */
export const OUTSIDE_EVENTS: readonly string[] = [
  'discussion',
  'discussion_comment',
  'fork',
  'gollum',
  'issue_comment',
  'issues',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_target',
  'watch',
  'workflow_run',
];

/** Their jobs run on the default branch, whoever caused them. */
const ON_DEFAULT_BRANCH = [
  'branch_protection_rule',
  'check_run',
  'check_suite',
  'delete',
  'discussion',
  'discussion_comment',
  'fork',
  'gollum',
  'image_version',
  'issue_comment',
  'issues',
  'label',
  'milestone',
  'page_build',
  'project',
  'project_card',
  'project_column',
  'public',
  'pull_request_target',
  'repository_dispatch',
  'schedule',
  'status',
  'watch',
  'workflow_run',
];

const ON_BRANCH_OR_TAG = ['create', 'deployment', 'deployment_status', 'push', 'registry_package', 'workflow_dispatch'];

const REF_KINDS: ReadonlyMap<string, readonly RefKind[]> = new Map<string, readonly RefKind[]>([
  ...ON_DEFAULT_BRANCH.map((event): [string, RefKind[]] => [event, ['branch']]),
  ...ON_BRANCH_OR_TAG.map((event): [string, RefKind[]] => [event, ['branch', 'tag']]),
  ['dynamic', ['branch']],
  ['merge_group', ['branch']],
  ['release', ['tag']],
  // Merged and closed, a pull request's job shows its base branch as ref. It is still a pull request's job, so that no branch
  // condition takes it for a push.
  ['pull_request', ['pull']],
  ['pull_request_review', ['pull']],
  ['pull_request_review_comment', ['pull']],
]);

export const EVENTS: readonly string[] = [...REF_KINDS.keys()];

export const refKindsOf = (event: string): readonly RefKind[] => REF_KINDS.get(event) ?? [];

/** What a full ref names; undefined for the empty ref of a bare commit and for refs that no job has. */
export function refKindOf(ref: string): RefKind | undefined {
  if (ref.startsWith('refs/heads/')) return 'branch';
  if (ref.startsWith('refs/tags/')) return 'tag';
  return /^refs\/pull\/[1-9][0-9]*\/merge$/.test(ref) ? 'pull' : undefined;
}
