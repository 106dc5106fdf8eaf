// `buildpass policy pin`: asks GitHub for the ids of the names in a policy directory, and writes those that are missing. What is
// written already is compared and never replaced. The token comes from the environment and goes to GitHub's API alone.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isSecureUrl } from '../../shared/secure-url.ts';
import { readAuthorities } from '../config/authorities.ts';
import { readProxies } from '../config/proxies.ts';
import { StartRefused } from '../errors.ts';
import { readPolicyDirectory } from '../policy/directory-source.ts';
import { DEFAULT_ISSUER } from '../policy/policy-set.ts';
import { fillIn } from '../policy-pins/edit-yaml.ts';
import { findPins, type Pin, type PinSource } from '../policy-pins/find-pins.ts';
import { createGithubNames, type GithubNames, Unanswered } from '../policy-pins/github-names.ts';
import { judgePin } from '../policy-pins/judge-pin.ts';
import { createUpstreamFetch } from '../upstream/fetch.ts';
import { formatFinding, parseStrictYaml } from '../yaml/strict-yaml.ts';
import { type Command, type CommandContext, DEFAULT_CONFIG_FILE, type ExitCode, UsageError } from './command.ts';
import { type JudgedPin, reportPins } from './policy-pin-report.ts';

export const command: Command = {
  name: 'policy pin',
  summary: 'fill in the ids of repositories, teams and owners from GitHub',
  usage: 'policy pin [DIRECTORY] [--write]',
  about:
    'Asks GitHub’s API with the token in GITHUB_TOKEN (repositories: Metadata: read; teams: Members: read, or `read:org`) which ids the names of a policy directory have, and of the owners in the configuration where there is one. ' +
    'Says what it would write; --write puts the ids into the files and leaves all else of them as it is, or writes nothing where something is in doubt. An id that is written is never replaced: where the name belongs to another one now, both are said. Exits 1 where ids are missing or wrong.',
  examples: [
    'buildpass policy pin ./policies',
    'GITHUB_TOKEN=$(gh auth token) buildpass policy pin ./policies --write',
    'buildpass policy pin ./policies --api-url https://ghes.example.com/api/v3 --private-network --ca-file ./ca.pem',
  ],
  options: {
    write: { type: 'boolean', about: 'write the ids into the files' },
    'api-url': {
      type: 'string',
      value: 'URL',
      about: 'the API (default: GITHUB_API_URL, else https://api.github.com)',
    },
    issuer: {
      type: 'string',
      value: 'NAME',
      about: 'only repositories and owners of this issuer, where several GitHubs are configured',
    },
    'private-network': { type: 'boolean', about: 'the API may be at a private address' },
    'ca-file': {
      type: 'string',
      value: 'FILE',
      about: 'PEM of the authorities that the API is verified with, instead of the public ones',
    },
  },
  maxPositionals: 1,
  run: pin,
};

async function pin(context: CommandContext): Promise<ExitCode> {
  const names = await githubNames(context);
  const configuration = await configurationAtHand(context);
  const sources = await readSources(context, configuration);
  const found = sources.flatMap((source) => {
    const pins = findPins(source);
    if (pins.ok) return pins.pins;
    throw new UsageError(`these files cannot be read:\n${pins.findings.map(formatFinding).join('\n')}`);
  });
  const { asked, skipped } = chosen(found, context.option('issuer'), configuration?.issuers ?? []);
  const judged = await judgeAll(asked, names);
  const refused = judged.some(({ judgement }) => judgement.state === 'refused');
  const written = context.flag('write') && !refused ? await writeAll(judged, sources) : undefined;
  reportPins({ judged, skipped, written }, context);
  const open = judged.some(({ judgement }) => judgement.state === 'fill') && written === undefined;
  return refused || open ? 1 : 0;
}

async function githubNames({ io: { environment }, option, flag }: CommandContext): Promise<GithubNames> {
  const { GITHUB_TOKEN: token = '', GITHUB_API_URL: fromRunner } = environment;
  if (token === '')
    throw new UsageError(
      'GITHUB_TOKEN is missing: it holds the token that GitHub is asked with, `gh auth token` prints one',
    );
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('GITHUB_TOKEN has a space, a line break or another character that no token has');
  const apiUrl = (option('api-url') ?? fromRunner ?? 'https://api.github.com').replace(/\/+$/, '');
  if (!isSecureUrl(apiUrl) || new URL(apiUrl).search !== '')
    throw new UsageError(`--api-url "${apiUrl}" is not the address of an API: write one like https://api.github.com`);
  const ask = createUpstreamFetch({
    privateNetwork: flag('private-network'),
    authorities: await authoritiesAt(option('ca-file')),
    proxies: readProxies(environment),
  });
  return createGithubNames({ ask, apiUrl, token });
}

async function authoritiesAt(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const authorities = await readAuthorities(file);
  if ('pem' in authorities) return authorities.pem;
  throw new UsageError(`--ca-file: ${authorities.problem}`);
}

interface ConfigurationAtHand {
  readonly file: string;
  readonly text: string;
  readonly directory: string | undefined;
  readonly organization: string | undefined;
  readonly issuers: readonly string[];
}

const partsOfConfiguration = z.looseObject({
  policies: z.looseObject({ directory: z.string().optional(), organization: z.string().optional() }).optional(),
  issuers: z.record(z.string(), z.unknown()).optional(),
});

/** Not loaded as the broker does: that would want the ids that are missing. */
async function configurationAtHand({ option, configFile }: CommandContext): Promise<ConfigurationAtHand | undefined> {
  if (option('config') === undefined && !existsSync(DEFAULT_CONFIG_FILE)) return undefined;
  const text = await readFile(configFile, 'utf8').catch((cause: Error) => {
    throw new StartRefused(`${configFile} cannot be read: ${cause.message}`);
  });
  const parsed = parseStrictYaml({ file: configFile, text }, partsOfConfiguration);
  if (!parsed.ok) throw new StartRefused(parsed.findings.map(formatFinding).join('\n'));
  const { policies, issuers = {} } = parsed.yaml.value;
  const { directory, organization } = policies ?? {};
  const near = directory === undefined ? undefined : join(configFile, '..', directory);
  return { file: configFile, text, directory: near, organization, issuers: Object.keys(issuers) };
}

async function readSources(
  { positionals }: CommandContext,
  configuration: ConfigurationAtHand | undefined,
): Promise<readonly PinSource[]> {
  const directory = positionals[0] ?? configuration?.directory ?? 'policies';
  const organization = configuration?.organization ?? '_organization.yaml';
  const documents = await readPolicyDirectory(directory).catch((cause: Error) => {
    throw new UsageError(cause.message, { cause });
  });
  const policies = documents.map(({ file, text }): PinSource => {
    return { file: join(directory, file), text, holds: file === organization ? 'organization' : 'project' };
  });
  if (configuration === undefined) return policies;
  return [...policies, { file: configuration.file, text: configuration.text, holds: 'configuration' }];
}

/** Ids of one GitHub mean nothing to another: only one is asked, and what is another's is said to be left out. */
function chosen(
  pins: readonly Pin[],
  issuer: string | undefined,
  configured: readonly string[],
): { asked: readonly Pin[]; skipped: readonly Pin[] } {
  const [only, ...more] = configured;
  const meant = issuer ?? (only !== undefined && more.length === 0 ? only : DEFAULT_ISSUER);
  const isAsked = (pin: Pin): boolean => (pin.issuer === undefined ? issuer === undefined : pin.issuer === meant);
  return { asked: pins.filter(isAsked), skipped: pins.filter((pin) => !isAsked(pin)) };
}

async function judgeAll(pins: readonly Pin[], names: GithubNames): Promise<readonly JudgedPin[]> {
  const judged: JudgedPin[] = [];
  const known = new Map<string, ReturnType<GithubNames['find']>>();
  const once: GithubNames = {
    ...names,
    find: (kind, name) => {
      const key = `${kind} ${name.toLowerCase()}`;
      const answer = known.get(key) ?? names.find(kind, name);
      known.set(key, answer);
      return answer;
    },
  };
  try {
    // One after the other: GitHub minds many questions at once.
    for (const pin of pins) judged.push({ pin, judgement: await judgePin(pin, once) });
  } catch (cause) {
    if (!(cause instanceof Unanswered)) throw cause;
    const why = cause.message.replace('`private-network: true`', '`--private-network`');
    const hint = isByUnknownAuthority(cause)
      ? '; if its certificate is from an authority of your own, name that with `--ca-file`'
      : '';
    throw new Error(`nothing was written, as GitHub could not be asked: ${why}${hint}`, { cause });
  }
  return judged;
}

/** Whether an unknown authority signed the certificate of the other side, by OpenSSL's own codes. */
function isByUnknownAuthority(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', cause } = error as NodeJS.ErrnoException;
  return /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/.test(code) || isByUnknownAuthority(cause);
}

/** @returns how many ids were written */
async function writeAll(judged: readonly JudgedPin[], sources: readonly PinSource[]): Promise<number> {
  const edited = sources.map(({ file, text }) => {
    const fillings = judged.flatMap(({ pin, judgement }) =>
      pin.file === file && judgement.state === 'fill' ? [pin.fill(judgement.id)] : [],
    );
    return {
      file,
      text,
      count: fillings.length,
      edited: fillings.length === 0 ? text : fillInOrSay(file, text, fillings),
    };
  });
  // Nothing is written before all of it is known to be right.
  for (const { file, text, edited: next } of edited) if (next !== text) await writeFile(file, next);
  return edited.reduce((sum, { count }) => sum + count, 0);
}

function fillInOrSay(file: string, text: string, fillings: Parameters<typeof fillIn>[1]): string {
  try {
    return fillIn(text, fillings);
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message}; nothing was written`, { cause });
  }
}
