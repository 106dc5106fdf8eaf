// What the event that started the run tells, and the run's address. It stands on @actions/github, which takes longer to
// load than a whole ask: import this module only where a person will read the result.

export interface RunEvent {
  /** `owner/name` of the fork that a pull request comes from */
  readonly fork: string | undefined;
  readonly dependabot: boolean;
  readonly runUrl: string;
}

/** GitHub sends null for the repository of a fork that is gone. */
interface Side {
  readonly repo: { readonly id: number; readonly full_name: string } | null;
}

/** Undefined where the runner's files and variables don't tell: it only makes a message better. */
export async function readEvent(): Promise<RunEvent | undefined> {
  try {
    const { context } = await import('@actions/github');
    const pull = context.payload.pull_request as { head: Side; base: Side } | undefined;
    // `pull_request_target` runs in the repository itself, wherever the pull request comes from.
    const fromFork =
      context.eventName !== 'pull_request_target' && pull !== undefined && pull.head.repo?.id !== pull.base.repo?.id;
    return {
      fork: fromFork ? (pull.head.repo?.full_name ?? '(since deleted)') : undefined,
      dependabot: context.actor === 'dependabot[bot]',
      runUrl: `${context.serverUrl}/${context.repo.owner}/${context.repo.repo}/actions/runs/${context.runId}`,
    };
  } catch {
    return undefined;
  }
}
