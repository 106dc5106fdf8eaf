// What can be tried from here without asking for anything: whether others can read our keys, and whether the systems that issue answer.
// No check signs, signs in or gets a session.
import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { PUBLISHED } from '../keys/signing-keys.ts';
import type { Entitlement } from '../model.ts';
import { stsRefusal } from '../providers/aws-refusals.ts';
import type { Network } from '../providers/endpoints.ts';
import { stsHost } from '../providers/kind-aws-names.ts';
import type { AwsRoleParameters } from '../providers/kind-aws-role.ts';
import type { SigningKeyRow } from '../store/schema.ts';
import { createUpstreamFetch, type UpstreamAnswer, type UpstreamRequest } from '../upstream/fetch.ts';

export interface Check {
  readonly what: string;
  /** null where nothing follows from it, one way or the other */
  readonly ok: boolean | null;
  /** what was found, as a sentence without its full stop */
  readonly found: string;
  /** what to do, or to compare */
  readonly next?: string;
}

export interface Patient {
  readonly config: Config;
  readonly entitlement: Entitlement;
  /** of the store */
  readonly keys: readonly SigningKeyRow[];
}

const LIMITS = { timeout: 10_000, maxBytes: 256 * 1024 };
/** Where the broker itself may be at a private address: this looks at our own documents only. */
const OURS: Network = { privateNetwork: true };

export async function checksOf(patient: Patient): Promise<readonly Check[]> {
  return [...(await issuerChecks(patient)), ...(await systemChecks(patient))];
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() });
const keySetSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

async function issuerChecks(patient: Patient): Promise<readonly Check[]> {
  const { issuer } = patient.config;
  const url = `${issuer}/.well-known/openid-configuration`;
  const what = `others find the keys by ${url}`;
  const next = `let that address answer to all who trust the broker, or set \`issuer\` to one that does (docs/configuration.md)`;
  const answer = await ask(patient.config, { url, network: OURS });
  if ('failed' in answer) return [{ what, ok: false, found: answer.failed, next }];
  const { data } = discoverySchema.safeParse(jsonOf(answer));
  if (answer.status !== 200 || data === undefined)
    return [{ what, ok: false, found: `it answered ${answer.status}, and no discovery document`, next }];
  if (data.issuer !== issuer) return [{ what, ok: false, found: `it is the document of "${data.issuer}"`, next }];
  return [{ what, ok: true, found: 'it is the document of this issuer' }, await keysCheck(patient, data.jwks_uri)];
}

async function keysCheck({ config, keys }: Patient, url: string): Promise<Check> {
  const what = `what is published at ${url} are the keys of this store`;
  const next = 'publish the keys of this store there; what others cannot verify they refuse';
  const answer = await ask(config, { url, network: OURS });
  if ('failed' in answer) return { what, ok: false, found: answer.failed, next };
  const { data } = keySetSchema.safeParse(jsonOf(answer));
  if (answer.status !== 200 || data === undefined)
    return { what, ok: false, found: `it answered ${answer.status}, and no key set`, next };
  const ours = keys.filter(({ purpose, state }) => purpose === 'credential' && PUBLISHED.includes(state));
  const missing = ours.filter((row) => !data.keys.some((published) => isSameKey(row, published)));
  const names = missing.map(({ id, algorithm }) => `${algorithm} ${id}`).join(', ');
  if (ours.length === 0)
    return { what, ok: false, found: 'the store has no keys', next: '`buildpass keys create` makes them' };
  return missing.length === 0
    ? { what, ok: true, found: `all ${ours.length} are there` }
    : { what, ok: false, found: `missing: ${names}`, next };
}

function isSameKey({ id, public_key: pem }: SigningKeyRow, published: Readonly<Record<string, unknown>>): boolean {
  const jwk = createPublicKey(pem).export({ format: 'jwk' });
  return published['kid'] === id && Object.entries(jwk).every(([name, value]) => published[name] === value);
}

/** One for the system that issues this kind; none where the broker itself does. */
async function systemChecks({ config, entitlement }: Patient): Promise<readonly Check[]> {
  const { kind, parameters } = entitlement.credential;
  if (kind === 'aws-role') return [await stsCheck(config, parameters as AwsRoleParameters)];
  const { upstream: name } = (parameters ?? {}) as { readonly upstream?: string };
  const upstream = config.upstreams.find((one) => one.name === name);
  if (upstream === undefined) return [];
  const path = upstream.kind === 'vault' ? '/v1/sys/health' : '/version';
  return [await reached(config, { url: `${upstream.url}${path}`, network: upstream, good: GOOD[upstream.kind] })];
}

/** A standby of a vault passes requests on; a cluster may keep its version to itself. */
const GOOD = { vault: [200, 429, 472, 473], kubernetes: [200, 401, 403] } as const;

async function stsCheck(config: Config, parameters: AwsRoleParameters): Promise<Check> {
  const url = config.clouds.aws.stsUrl ?? `https://${stsHost(parameters)}`;
  const what = `AWS STS answers at ${url}`;
  const next = 'let the broker reach it: DNS, firewall, proxy, `clouds.aws`';
  // Without a role and a token nothing can come of it; STS says so in its own words, and nothing else does.
  const body = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15';
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await ask(config, { url: `${url}/`, network: config.clouds.aws, method: 'POST', headers, body });
  if ('failed' in answer) return { what, ok: false, found: answer.failed, next };
  const refusal = stsRefusal(jsonOf(answer) ?? answer.body.toString('utf8'));
  return refusal === undefined
    ? { what, ok: false, found: `something answered ${answer.status}, and not in the words of STS`, next }
    : { what, ok: true, found: `it refused a call without a role and a token: ${refusal.code}` };
}

async function reached(
  config: Config,
  { url, network, good }: { url: string; network: Network; good: readonly number[] },
): Promise<Check> {
  const what = `${url} answers`;
  const answer = await ask(config, { url, network });
  if ('failed' in answer)
    return {
      what,
      ok: false,
      found: answer.failed,
      next: 'look at `url`, `private-network` and `ca-file` of the upstream',
    };
  return good.includes(answer.status)
    ? { what, ok: true, found: `it answered ${answer.status}` }
    : {
        what,
        ok: false,
        found: `it answered ${answer.status}`,
        next: 'ask those who run it: it may be sealed or starting',
      };
}

interface Asked extends Pick<UpstreamRequest, 'method' | 'headers' | 'body'> {
  readonly url: string;
  readonly network: Network;
}

async function ask(
  { proxies }: Config,
  { url, network, ...more }: Asked,
): Promise<UpstreamAnswer | { readonly failed: string }> {
  const { privateNetwork, authorities } = network;
  return createUpstreamFetch({ privateNetwork, authorities, proxies })(url, { ...LIMITS, ...more }).catch(
    (error: Error) => ({ failed: error.message }),
  );
}

function jsonOf({ body }: UpstreamAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
