// Where this machine keeps what `buildpass login` got: one file of the user's own, mode 0600, with an entry a broker. Whoever reads it
// reads what its person may read until it ends; it decides nothing (docs/decisions/0027).
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { systemEntropy } from '../clock.ts';
import { readSecretFile } from '../config/files.ts';
import { brokerOrigin } from './broker-origin.ts';
import { type CommandContext, type Io, UsageError } from './command.ts';

const loginSchema = z.object({
  broker: z.string(),
  token: z.string(),
  principal: z.string(),
  name: z.string(),
  ends_at: z.iso.datetime(),
});
const fileSchema = z.object({ logins: z.array(loginSchema) });

export type Login = z.infer<typeof loginSchema>;

type Environment = Io['environment'];

/** By the XDG Base Directory Specification; on Windows where programs keep what is the user's own. */
export function loginFile({ XDG_CONFIG_HOME: xdg, APPDATA: windows, HOME: home }: Environment): string {
  const folder = xdg || (process.platform === 'win32' && windows) || join(home || homedir(), '.config');
  return join(folder, 'buildpass', 'logins.json');
}

/** @throws StartRefused where others may read the file, UsageError where it is not what we wrote */
export async function readLogins(environment: Environment): Promise<readonly Login[]> {
  const file = loginFile(environment);
  if (!existsSync(file)) return [];
  const text = await readSecretFile(file, 'run `buildpass login`');
  try {
    return fileSchema.parse(JSON.parse(text)).logins;
  } catch {
    throw new UsageError(`"${file}" is not what \`buildpass login\` wrote: remove it, and log in again`);
  }
}

/** Keeps a login in the place of an earlier one at the same broker. @returns the file */
export async function keepLogin(environment: Environment, login: Login): Promise<string> {
  const others = (await readLogins(environment)).filter(({ broker }) => broker !== login.broker);
  return writeLogins(environment, [...others, login]);
}

export async function forgetLogin(environment: Environment, { broker, token }: Login): Promise<void> {
  const logins = await readLogins(environment);
  await writeLogins(
    environment,
    logins.filter((one) => one.broker !== broker || one.token !== token),
  );
}

/** Beside the old file first, then in its place: private from its first byte, and never half of one. */
async function writeLogins(environment: Environment, logins: readonly Login[]): Promise<string> {
  const file = loginFile(environment);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${systemEntropy.bytes(6).toString('hex')}`;
  await writeFile(fresh, `${JSON.stringify({ logins }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(fresh, file);
  return file;
}

/** The login at `--broker-url`, or the only one. @throws UsageError */
export async function chosenLogin(context: CommandContext): Promise<Login> {
  const logins = await readLogins(context.io.environment);
  if (context.option('broker-url') !== undefined) {
    const origin = brokerOrigin(context);
    const found = logins.find(({ broker }) => broker === origin);
    if (found === undefined)
      throw new UsageError(`you are not logged in there: buildpass login --broker-url ${origin}`);
    return found;
  }
  const [login, ...more] = logins;
  if (login === undefined) throw new UsageError('you are logged in nowhere: run buildpass login --broker-url URL');
  if (more.length > 0)
    throw new UsageError(`say which with --broker-url: ${logins.map(({ broker }) => broker).join(' or ')}`);
  return login;
}
