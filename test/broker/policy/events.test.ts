// The table of events against GitHub's "Events that trigger workflows" (GITHUB_REF of each): what is missing here would be refused
// as no event, and what is wrong would let a job pass for another.
import { describe, expect, it } from 'vitest';
import { DEFAULT_EVENTS, EVENTS, OUTSIDE_EVENTS, refKindOf, refKindsOf } from '../../../broker/policy/events.ts';

const REFS: Readonly<Record<string, string>> = {
  branch:
    'branch_protection_rule check_run check_suite delete discussion discussion_comment dynamic fork gollum image_version issue_comment issues label merge_group milestone page_build project project_card project_column public pull_request_target repository_dispatch schedule status watch workflow_run',
  'branch tag': 'create deployment deployment_status push registry_package workflow_dispatch',
  tag: 'release',
  pull: 'pull_request pull_request_review pull_request_review_comment',
};

describe('events', () => {
  it.each(Object.entries(REFS))('whose jobs have a %s as their ref', (kinds, events) => {
    expect(EVENTS.filter((event) => refKindsOf(event).join(' ') === kinds).sort()).toEqual(events.split(' '));
  });

  it('of people without write access are events that there are, and none of those that are meant where none is named', () => {
    expect(OUTSIDE_EVENTS.filter((event) => !EVENTS.includes(event) || DEFAULT_EVENTS.includes(event))).toEqual([]);
  });

  it('of no name have no ref', () => {
    expect(refKindsOf('workflow_call')).toEqual([]);
  });
});

describe('a full ref', () => {
  it.each([
    ['refs/heads/main', 'branch'],
    ['refs/tags/v1', 'tag'],
    ['refs/pull/1/merge', 'pull'],
    ['refs/pull/90125/merge', 'pull'],
    ['refs/pull/0/merge', undefined],
    ['refs/pull/027/merge', undefined],
    ['refs/pull/27/head', undefined],
    ['refs/pull/27/merge/x', undefined],
    ['x/refs/pull/27/merge', undefined],
    ['refs/notes/x', undefined],
    ['heads/main', undefined],
    ['', undefined],
  ])('%s is a %s', (ref, kind) => {
    expect(refKindOf(ref)).toBe(kind);
  });
});
