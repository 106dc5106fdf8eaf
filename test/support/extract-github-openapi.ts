// Takes from GitHub's own description of its API (the package @octokit/openapi, MIT) the operations that the broker uses, with all that
// they refer to: node test/support/extract-github-openapi.ts <directory of the unpacked package>
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OPERATIONS = [
  'GET /repos/{owner}/{repo}/installation',
  'GET /orgs/{org}/installation',
  'GET /users/{username}/installation',
  'POST /app/installations/{installation_id}/access_tokens',
  'DELETE /installation/token',
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}',
  'GET /repos/{owner}/{repo}/environments/{environment_name}',
  'GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies',
  'GET /repos/{owner}/{repo}/commits',
  'GET /repos/{owner}/{repo}/contents/{path}',
  'GET /orgs/{org}/teams/{team_slug}/memberships/{username}',
  'GET /repos/{owner}/{repo}',
  'GET /orgs/{org}/teams/{team_slug}',
  'GET /users/{username}',
  'GET /user/{account_id}',
  'GET /user',
];
/** For people, or of no use to a validator. */
const LEFT_OUT = ['description', 'x-github', 'externalDocs', 'tags', 'summary', 'title', 'operationId', 'example'];

type Node = Record<string, unknown>;
const [directory = ''] = process.argv.slice(2);
const read = (file: string): Node => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Node;
const description = read('generated/api.github.com.json') as Node & { paths: Record<string, Node> };
const taken: { paths: Record<string, Node>; components: Record<string, Node> } = { paths: {}, components: {} };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** `example` is a word of the description, and may be a name of something as well: only the former is left out. */
function stripped(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((one) => stripped(one));
  if (!isNode(value)) return value;
  const kept = Object.entries(value).filter(([key]) => isNames || !LEFT_OUT.includes(key));
  return Object.fromEntries(
    kept.map(([key, one]) => [key, key === 'value' ? one : stripped(one, key === 'properties')]),
  );
}

function takeReferences(value: unknown): void {
  if (!isNode(value)) return;
  for (const one of Object.values(value)) takeReferences(one);
  const { $ref: reference } = value;
  if (typeof reference !== 'string') return;
  const [, , kind = '', name = ''] = reference.split('/');
  if (taken.components[kind]?.[name] !== undefined) return;
  const target = stripped((description['components'] as Record<string, Node>)[kind]?.[name]);
  taken.components[kind] = { ...taken.components[kind], [name]: target };
  takeReferences(target);
}

for (const operation of OPERATIONS) {
  const [method = '', path = ''] = operation.split(' ');
  const found = stripped(description.paths[path]?.[method.toLowerCase()]);
  taken.paths[path] = { ...taken.paths[path], [method.toLowerCase()]: found };
  takeReferences(found);
}

const { name, version, license } = read('package.json');
const source = `${name} ${version} (${license}), generated/api.github.com.json`;
writeFileSync(
  join(import.meta.dirname, '../vectors/github-openapi.json'),
  `${JSON.stringify({ source, ...taken }, null, 1)}\n`,
);
