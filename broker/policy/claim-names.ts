// Claims that the `claims` condition does not take, and what to write instead: each has a condition that compares it rightly,
// or says nothing that a decision could stand on.

const OWN_CONDITION: ReadonlyMap<string, string> = new Map([
  ['repository', 'repository'],
  ['repository_id', 'repository'],
  ['repository_owner', 'repository'],
  ['repository_visibility', 'visibility'],
  ['ref', 'branch'],
  ['ref_type', 'branch'],
  ['ref_protected', 'protected-ref'],
  ['base_ref', 'pull-request'],
  ['environment', 'environment'],
  ['event_name', 'event'],
  ['workflow_ref', 'workflow'],
  ['job_workflow_ref', 'called-workflow'],
  ['job_workflow_sha', 'called-workflow'],
  ['actor', 'actor'],
  ['actor_id', 'actor'],
  ['runner_environment', 'runner'],
]);

const SAYS_NOTHING: ReadonlyMap<string, string> = new Map([
  ['sub', 'its form differs from repository to repository; use `branch`, `environment` and the other conditions'],
  ['head_ref', 'the author of a pull request chooses it; use `pull-request: { into }`'],
  ['workflow', 'it is free text of the workflow; use `workflow` with the path of the file'],
  ['aud', 'every token here is for this broker, that is checked already'],
  ['iss', 'the issuer is checked with the repository; name the `repository` that the rule is for'],
  ['jti', 'it is another one in each token'],
]);

/** Ends a sentence that starts with the claim's name. */
export function claimProblem(name: string): string | undefined {
  const condition = OWN_CONDITION.get(name);
  if (condition !== undefined) return `has a condition of its own: use \`${condition}\``;
  const reason = SAYS_NOTHING.get(name);
  if (reason !== undefined) return `cannot be decided on: ${reason}`;
  if (name === 'exp' || name === 'iat' || name === 'nbf') return 'is a time that is checked already';
  return /^[A-Za-z0-9_.:/-]{1,128}$/.test(name) ? undefined : 'is not the name of a claim';
}
