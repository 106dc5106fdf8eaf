// `policies.kept-in` of buildpass.yaml: the repository that the policy directory is deployed from.
import { z } from 'zod';

/** A path of a repository: nothing in it may lead elsewhere. */
const FOLDER = /^(?!.*(^|\/)\.{1,2}(\/|$))[^/\\]+(\/[^/\\]+)*$/;

export const keptIn = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/, 'a repository is written owner/name')
      .describe('`owner/name` of the repository. Its owner stands in `owners` of an issuer that the App knows.'),
    id: z
      .string()
      .regex(/^[1-9][0-9]{0,19}$/, 'must be the id of the repository in quotes, digits only, like "2001"')
      .describe('Id of the repository, in quotes.'),
    folder: z
      .string()
      .max(256)
      .regex(FOLDER, 'must be a path such as policies or access/policies, without a slash at either end')
      .optional()
      .describe('The folder of it that the policy directory is. Left out, it is the whole of it.'),
    'commit-file': z
      .string()
      .regex(
        /^(?!\.{1,2}$)(?!.*\.ya?ml$)[A-Za-z0-9_.-]{1,100}$/,
        'must be the name of a file in the policy directory, and not of a policy: none that ends in .yaml or .yml',
      )
      .default('.commit')
      .describe(
        'File in the policy directory into which whoever deploys it writes the commit, 40 hex digits. No secret. A directory without it does not load.',
      ),
  })
  .describe(
    'The repository on GitHub that the policies are kept in, for `apart-from: policy-author`: the broker asks there who changed the policy that decides. Needs `github` (operations.md).',
  );
