import { expect, it } from 'vitest';
import { importWorkflows, readWorkflows } from '../../../broker/policy-import/import-workflows.ts';

const SOURCE = {
  file: '.github/workflows/ci.yml',
  text: 'on: push\njobs: { a: { steps: [{ uses: aws-actions/configure-aws-credentials@v5 }] } }\n',
};
const OPTIONS = {
  project: 'shop',
  repository: 'acme/shop',
  owner: 'acme/platform',
  brokerUrl: 'https://b.example.com',
};

it.each([
  [['aws-role'], 0],
  [[], 3],
])('cases take for granted what is not built: with %j built, %i of them do', (built, assuming) => {
  const { draft } = importWorkflows(readWorkflows([SOURCE]), new Map(), { ...OPTIONS, built });
  expect(draft?.cases.match(/^ {4}assuming: provider$/gm) ?? []).toHaveLength(assuming);
  expect(draft?.cases.match(/^ {2}- title: /gm)).toHaveLength(3);
});
