// `notify` of the configuration: the channels, each by a name that says which it is, since what waits for it outlives a start.
import { resolve } from 'node:path';
import type { NoticeChannel } from '../notify/channel.ts';
import type { Finding, StrictYaml } from '../yaml/strict-yaml.ts';
import { readAuthorities } from './authorities.ts';
import type { ConfigDocument } from './schema.ts';

type Written = NonNullable<ConfigDocument['notify']>[number];
type Yaml = Pick<StrictYaml<ConfigDocument>, 'value' | 'finding'>;

export async function readNotify(
  yaml: Yaml,
  directory: string,
): Promise<{ notify: NoticeChannel[]; problems: readonly Finding[] }> {
  const problems: Finding[] = [];
  const notify: NoticeChannel[] = [];
  for (const [at, written] of (yaml.value.notify ?? []).entries()) {
    const refuse = (key: string, message: string): void =>
      void problems.push(yaml.finding(['notify', at, key], message));
    const name = nameOf(written);
    if (notify.some((other) => other.name === name)) refuse('kind', `is the ${name} once more: name each channel once`);
    if (written.kind === 'email') emailProblems(written, refuse);
    const authorities = await authoritiesOf(written, directory, refuse);
    const common = { name, privateNetwork: written['private-network'] ?? false, ...authorities };
    notify.push({ ...common, ...placeOf(written, directory) });
  }
  return { notify, problems };
}

type Refuse = (key: string, message: string) => void;

function nameOf(written: Written): string {
  if (written.kind === 'webhook') return `webhook ${written.url}`;
  if (written.kind === 'slack') return `slack ${written['url-file']}`;
  return `email to ${[written.to].flat().join(', ')} by ${written.host}:${portOf(written)}`;
}

type Email = Extract<Written, { kind: 'email' }>;
const portOf = ({ port, tls }: Email): number => port ?? (tls === 'implicit' ? 465 : 587);

const LOOPBACK = /^(localhost|127(\.[0-9]{1,3}){3}|::1)$/;

function emailProblems(written: Email, refuse: Refuse): void {
  const { host, user, tls } = written;
  if (tls === 'none' && !LOOPBACK.test(host))
    refuse(
      'tls',
      `"none" is for a server on this machine only, and "${host}" is elsewhere: write starttls or implicit`,
    );
  if ((user === undefined) !== (written['password-file'] === undefined))
    refuse(
      user === undefined ? 'password-file' : 'user',
      'a login is `user` and `password-file`: write both or neither',
    );
}

async function authoritiesOf(
  { 'ca-file': file }: Written,
  directory: string,
  refuse: Refuse,
): Promise<{ authorities?: string }> {
  if (file === undefined) return {};
  const read = await readAuthorities(resolve(directory, file));
  if ('pem' in read) return { authorities: read.pem };
  refuse('ca-file', read.problem);
  return {};
}

type Place<K extends NoticeChannel['kind']> = K extends K
  ? Omit<Extract<NoticeChannel, { kind: K }>, 'name' | 'privateNetwork' | 'authorities'>
  : never;

function placeOf(written: Written, directory: string): Place<NoticeChannel['kind']> {
  const path = (file: string): string => resolve(directory, file);
  if (written.kind === 'webhook')
    return { kind: 'webhook', url: written.url, secretFile: path(written['secret-file']) };
  if (written.kind === 'slack') return { kind: 'slack', urlFile: path(written['url-file']) };
  const { host, tls, from, to, user, 'password-file': passwordFile } = written;
  const login =
    user === undefined || passwordFile === undefined ? undefined : { user, passwordFile: path(passwordFile) };
  return { kind: 'email', host, port: portOf(written), tls, from, to: [to].flat(), login };
}
