// Where the App is installed: one rule for the facts that the broker asks for and for the tokens that it makes for jobs. A name may
// be somebody else's by now; where it leads elsewhere, the id is asked for.
import { z } from 'zod';

export interface Sought {
  /** GitHub's word for where the App is installed, in messages */
  readonly of: string;
  readonly path: string;
  /** the same by its id, where a name leads elsewhere by now */
  readonly pathById: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const installationSchema = z.object({
  id: z.int().positive(),
  app_slug: z.string().max(200).optional(),
  account: z.object({ id: z.int(), login: z.string().optional() }).nullish(),
  permissions: z.record(z.string(), z.string()),
  suspended_at: z.string().nullish(),
});
export type Installation = z.output<typeof installationSchema>;

/** Why it is not there is the end of a sentence that says what to do. */
export type FoundInstallation =
  | { readonly installation: Installation }
  | { readonly problem: string; readonly status: number };

export async function findInstallation(
  ask: (path: string) => Promise<Answer>,
  { of, path, pathById }: Sought,
  appId: string,
): Promise<FoundInstallation> {
  let answer = await ask(path);
  if (isMoved(answer) && pathById !== undefined) answer = await ask(pathById);
  const { status, body } = answer;
  const problem = (text: string): FoundInstallation => ({ problem: text, status });
  if (status === 401)
    return problem(
      `GitHub does not take the key of the App "${appId}": an operator must look at the \`app-id\` and \`private-key-file\` of \`github\`, and at the clock`,
    );
  if (status === 404)
    return problem(`the GitHub App is not installed on "${of}" (status 404): have its owner install it there`);
  const parsed = installationSchema.safeParse(status === 200 ? body : undefined);
  if (!parsed.success)
    return problem(
      `GitHub does not say whether its App is installed on "${of}" (status ${status}): look whether the App may use that`,
    );
  if (parsed.data.suspended_at != null)
    return problem(`the GitHub App is suspended on "${of}": have its owner lift that`);
  return { installation: parsed.data };
}

/** A redirect leads wherever it likes; the id, which is known, leads to the same place and nowhere else. */
export const isMoved = ({ status }: Pick<Answer, 'status'>): boolean =>
  status === 301 || status === 307 || status === 308;

/** A name `owner/repository` as a part of a path. */
export const pathOf = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

/** By its name, and by its id where that was given to another place. */
export const ofRepositoryId = (name: string, id: string): Sought => ({
  of: name,
  path: `/repos/${pathOf(name)}/installation`,
  pathById: `/repositories/${encodeURIComponent(id)}/installation`,
});
