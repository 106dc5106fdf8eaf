// The history of a repository as the double of GitHub's API tells it: commits from one on, those of a path, and a file as it was.
import { createHash } from 'node:crypto';
import type { ApiAnswer, ApiCommit } from './github-knowledge.ts';

const NOT_FOUND: ApiAnswer = [404, { message: 'Not Found' }];

/** @param asked behind the name of the repository: `/commits`, or `/contents/` and a path */
export function historyAnswer(commits: readonly ApiCommit[], asked: string, query: URLSearchParams): ApiAnswer {
  const isList = asked === '/commits';
  const first = commits.findIndex(({ sha }) => sha === query.get(isList ? 'sha' : 'ref'));
  if (first < 0) return NOT_FOUND;
  const history = commits.slice(first);
  if (isList) return listed(history, query);
  return fileAnswer(history, decodeURIComponent(asked.slice('/contents/'.length)));
}

function listed(history: readonly ApiCommit[], query: URLSearchParams): ApiAnswer {
  const path = query.get('path');
  const those = path === null ? history : history.filter(({ changed = {} }) => Object.hasOwn(changed, path));
  const page = those.slice(0, Number(query.get('per_page') ?? 30));
  return [200, page.map(({ changed: _, ...commit }) => commit)];
}

function fileAnswer(history: readonly ApiCommit[], path: string): ApiAnswer {
  const content = history.flatMap(({ changed = {} }) => changed[path] ?? [])[0];
  if (content === undefined) return NOT_FOUND;
  const header = `blob ${Buffer.byteLength(content)}\0`;
  const sha = createHash('sha1').update(`${header}${content}`).digest('hex');
  return [
    200,
    {
      ...{ type: 'file', name: path.slice(path.lastIndexOf('/') + 1), path, sha, size: Buffer.byteLength(content) },
      ...{ encoding: 'base64', content: Buffer.from(content).toString('base64') },
    },
  ];
}
