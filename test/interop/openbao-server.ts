// A real OpenBao for one run: started in memory on a free port, and set up as docs/providers/vault-secret.md tells people to.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { freePort } from '../support/free-port.ts';

// biome-ignore lint/suspicious/noExplicitAny: what is read of it is compared at once, and a wrong guess fails
type Json = any;

export interface OpenBao {
  readonly url: string;
  /** As root: `GET sys/health`. Throws on any other status. */
  api(call: string, body?: object, status?: number): Promise<Json>;
  stop(): void;
}

export async function startOpenBao(): Promise<OpenBao> {
  const listen = `127.0.0.1:${await freePort()}`;
  const options = ['-dev', '-dev-no-store-token', '-dev-root-token-id=root', `-dev-listen-address=${listen}`];
  const server = spawn('bao', ['server', ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    server.stdout.setEncoding('utf8').on('data', (text: string) => void (text.includes('Root Token') && resolve()));
    server.once('exit', (code) => reject(new Error(`bao server ended with ${code}`)));
  });
  return {
    url: `http://${listen}`,
    async api(call, body, status) {
      const [method, path] = call.split(' ');
      const answer = await fetch(`http://${listen}/v1/${path}`, {
        headers: { 'x-vault-token': 'root' },
        ...(method === undefined ? {} : { method }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const fits = status === undefined ? answer.ok : answer.status === status;
      assert.ok(fits, `${call}: ${answer.status} ${text}`);
      return text === '' ? {} : JSON.parse(text);
    },
    stop: () => void server.kill(),
  };
}

const ROLE_POLICY = `
path "kv/data/shop" { capabilities = ["read"] }
path "old/shop" { capabilities = ["read"] }
path "pki/issue/web" { capabilities = ["update"] }
path "pki/issue/leased" { capabilities = ["update"] }
path "ssh/issue/deploy" { capabilities = ["update"] }
path "otp/creds/host" { capabilities = ["update"] }
`;

/** `subjects`: those of our tokens that the role takes. */
export async function setUp({ api }: OpenBao, issuer: string, subjects: readonly string[]): Promise<void> {
  await api('POST sys/auth/ci/jwt', { type: 'jwt' });
  await api('POST auth/ci/jwt/config', { oidc_discovery_url: issuer, bound_issuer: issuer });
  await api('PUT sys/policies/acl/shop', { policy: ROLE_POLICY });
  await api('POST auth/ci/jwt/role/shop', {
    ...{ role_type: 'jwt', user_claim: 'sub', bound_audiences: ['bao-interop'], bound_claims: { sub: subjects } },
    ...{ token_policies: ['shop'], token_ttl: '1h', token_max_ttl: '1h', token_type: 'service' },
  });
  const role = { role_type: 'jwt', user_claim: 'sub', bound_audiences: ['bao-interop'], token_policies: ['shop'] };
  await api('POST auth/ci/jwt/role/bare', {
    ...role,
    bound_claims: { sub: subjects },
    token_no_default_policy: true,
  });
  await api('POST auth/ci/jwt/role/strict', { ...role, bound_subject: 'project:shop:entitlement:kv' });
  await api('POST auth/ci/jwt/role/elsewhere', { ...role, bound_audiences: ['another-vault'] });
  // It binds an audience alone: whatever the issuer signs for that is let in.
  await api('POST auth/ci/jwt/role/open', role);
  await api('POST sys/mounts/kv', { type: 'kv', options: { version: '2' } });
  await api('POST kv/data/shop', { data: { key: 'first' } });
  await api('POST kv/data/shop', { data: { key: 'a-static-value' } });
  await api('POST sys/mounts/old', { type: 'kv', options: { version: '1' } });
  await api('POST old/shop', { key: 'an-older-value' });
  await api('POST sys/mounts/pki', { type: 'pki', config: { max_lease_ttl: '87600h' } });
  await api(`POST ${['pki', 'root', 'generate', 'internal'].join('/')}`, { common_name: 'Interop', ttl: '87600h' });
  const web = { allowed_domains: 'example.com', allow_subdomains: true, max_ttl: '72h' };
  await api('POST pki/roles/web', web);
  await api('POST pki/roles/leased', { ...web, generate_lease: true });
  await api('POST sys/mounts/ssh', { type: 'ssh' });
  await api('POST ssh/config/ca', { generate_signing_key: true });
  const certificates = { key_type: 'ca', allow_user_certificates: true, allowed_users: '*', default_user: 'deploy' };
  await api('POST ssh/roles/deploy', { ...certificates, max_ttl: '1h' });
  await api('POST sys/mounts/otp', { type: 'ssh' });
  await api('POST otp/roles/host', { key_type: 'otp', default_user: 'ubuntu', cidr_list: '127.0.0.0/8' });
}
