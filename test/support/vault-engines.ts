// What lies behind the paths of the vault double: the two versions of KV, users of a database, certificates (PKI) and SSH certificates,
// in the form in which Vault and OpenBao answer.
import { randomBytes, randomUUID } from 'node:crypto';

export interface Engines {
  /** `kv/data/shop` → fields and version; deleted where there are no fields */
  readonly kv2?: Readonly<Record<string, { readonly version: number; readonly fields: object | null }>>;
  readonly kv1?: Readonly<Record<string, object>>;
  /** `database/creds/shop` → seconds of its lease */
  readonly database?: Readonly<Record<string, number>>;
  /** `pki/issue/web` → what it may name, its longest life, and whether it makes leases */
  readonly pki?: Readonly<
    Record<string, { readonly domain: string; readonly maxTtl: number; readonly leases?: boolean }>
  >;
  /** `ssh/issue/deploy` → its longest life */
  readonly ssh?: Readonly<Record<string, number>>;
  /** what no engine above would say, by its path */
  readonly odd?: Readonly<Record<string, object>>;
}

interface Made {
  readonly status: number;
  readonly body: object;
  readonly secrets?: readonly string[];
  readonly leased?: boolean;
}

export interface Ask {
  readonly path: string;
  /** undefined where it is read */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly longer: boolean;
  readonly complain: (what: string) => void;
}

const no = (status: number, ...errors: string[]): Made => ({ status, body: { errors } });
const UNSUPPORTED = no(405, '1 error occurred:\n\t* unsupported operation\n\n');

export function makeSecret(engines: Engines, ask: Ask): Made {
  const { path, body } = ask;
  const readable = readers(engines, ask)[path];
  const makes = makers(engines, ask)[path];
  if (readable === undefined && makes === undefined) return no(404);
  if (body === undefined) return readable?.() ?? UNSUPPORTED;
  return makes?.(body) ?? UNSUPPORTED;
}

const mapped = <T, R>(all: Readonly<Record<string, T>> = {}, to: (one: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(all).map(([path, one]) => [path, to(one)]));

const readers = (
  { kv2, kv1, database, odd }: Engines,
  { path, longer }: Ask,
): Readonly<Record<string, () => Made>> => ({
  ...mapped(kv2, (kept) => () => readVersioned(kept)),
  ...mapped(kv1, (data) => () => ({ status: 200, body: { lease_duration: 2_764_800, data } })),
  ...mapped(odd, (body) => () => ({ status: 200, body })),
  ...mapped(database, (lease) => () => makeUser(path, longer ? lease * 10 : lease)),
});

const makers = ({ pki, ssh }: Engines, ask: Ask): Readonly<Record<string, (body: Body) => Made>> => ({
  ...mapped(pki, (authority) => (body: Body) => issueCertificate(ask, body, authority)),
  ...mapped(ssh, (maxTtl) => (body: Body) => signSshKey(ask, body, maxTtl)),
});

function readVersioned({ version, fields }: { version: number; fields: object | null }): Made {
  const metadata = {
    created_time: new Date().toISOString(),
    custom_metadata: null,
    deletion_time: '',
    destroyed: false,
    version,
  };
  return { status: fields === null ? 404 : 200, body: { data: { data: fields, metadata } } };
}

function makeUser(path: string, seconds: number): Made {
  const [username, password] = [`v-jwt-${randomUUID()}`, randomBytes(18).toString('base64url')];
  const lease = { lease_id: `${path}/${randomUUID()}`, renewable: true, lease_duration: seconds };
  return { status: 200, leased: true, secrets: [password], body: { ...lease, data: { username, password } } };
}

/** Go's form of a duration; only seconds are sent here. */
const seconds = (ttl: unknown, longest: number): number =>
  Math.min(Number(/^(\d+)s$/.exec(String(ttl))?.[1] ?? longest), longest);

type Body = Readonly<Record<string, unknown>>;

function onlyKnown({ path, complain }: Ask, body: Body, known: readonly string[]): void {
  for (const name of Object.keys(body)) if (!known.includes(name)) complain(`${path} knows no "${name}"`);
}

function issueCertificate(
  ask: Ask,
  body: Body,
  { domain, maxTtl, leases = false }: { domain: string; maxTtl: number; leases?: boolean },
): Made {
  onlyKnown(ask, body, ['common_name', 'alt_names', 'ttl', 'format']);
  const name = String(body['common_name']);
  if (!name.endsWith(`.${domain}`)) return no(400, `common name ${name} not allowed by this role`);
  const life = ask.longer ? maxTtl * 10 : seconds(body['ttl'], maxTtl);
  const key = `-----BEGIN RSA PRIVATE KEY-----\n${randomBytes(48).toString('base64')}\n-----END RSA PRIVATE KEY-----`;
  const certificate = `-----BEGIN CERTIFICATE-----\n${Buffer.from(name).toString('base64')}\n-----END CERTIFICATE-----`;
  const data = {
    ...{ certificate, private_key: key, private_key_type: 'rsa', serial_number: '4c:b4', issuing_ca: certificate },
    ...{ ca_chain: [certificate], expiration: Math.floor(Date.now() / 1000) + life },
  };
  const lease = leases ? { lease_id: `${ask.path}/${randomUUID()}`, lease_duration: life - 1 } : {};
  return { status: 200, leased: leases, secrets: [key], body: { ...lease, data } };
}

function signSshKey(ask: Ask, body: Body, maxTtl: number): Made {
  onlyKnown(ask, body, ['key_type', 'valid_principals', 'ttl']);
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${randomBytes(48).toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const end = Math.floor(Date.now() / 1000) + seconds(body['ttl'], maxTtl);
  const data = {
    serial_number: '501426ddbf53b916',
    signed_key: sshCertificate(end),
    private_key: key,
    private_key_type: 'ed25519',
  };
  return { status: 200, secrets: [key], body: { data } };
}

/** A user certificate for an Ed25519 key (OpenSSH, PROTOCOL.certkeys), as far as its dates; nobody checks the signature here. */
export function sshCertificate(validBefore: number | bigint): string {
  const type = 'ssh-ed25519-cert-v01@openssh.com';
  const text = (bytes: string | Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(bytes));
    return Buffer.concat([length, Buffer.from(bytes as string)]);
  };
  const long = (value: number | bigint): Buffer => {
    const eight = Buffer.alloc(8);
    eight.writeBigUInt64BE(BigInt(value));
    return eight;
  };
  const start = [text(type), text(randomBytes(32)), text(randomBytes(32)), long(7), Buffer.from([0, 0, 0, 1])];
  const middle = [text('vault-jwt-deploy'), text(text('deploy')), long(1_000_000_000), long(validBefore)];
  return `${type} ${Buffer.concat([...start, ...middle, text(''), text('')]).toString('base64')}\n`;
}
