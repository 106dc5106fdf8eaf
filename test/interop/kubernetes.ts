// `kubernetes` against the authenticator of the API server itself (k8s.io/apiserver), under the very configuration that
// docs/providers/kubernetes.md shows. Needs Go, and some minutes the first time, to fetch and build it; where that fails it says so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Grant } from '../../broker/model.ts';
import { jwtProvider } from '../../broker/providers/jwt.ts';
import { kubernetesProvider } from '../../broker/providers/kubernetes.ts';
import { createUpstreamFetch } from '../../broker/upstream/fetch.ts';
import { buildGrant, buildKeys } from '../support/build-grant.ts';
import { createAuthority } from '../support/certificates.ts';
import { startIssuerSite } from '../support/issuer-site.ts';
import { snippetsOf } from '../support/markdown.ts';
import { buildGo, goModule } from './counterpart.ts';

const AUDIENCE = 'https://cluster-eu.example.com';
const SIGNAL = new AbortController().signal;

/** Undefined where it could not be built. */
export async function interopWithKubernetes(): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-interop-'));
  const authority = createAuthority();
  const site = await startIssuerSite(authority.serverTls());
  site.publishKeys(buildKeys());
  try {
    const [program, configuration, ca] = ['authenticate', 'configuration.yaml', 'ca.pem'].map((name) =>
      join(directory, name),
    );
    if (!buildGo('kubernetes', String(program))) return undefined;
    writeFileSync(String(configuration), documented().replace('https://buildpass.example.com', site.url));
    writeFileSync(String(ca), authority.pem);
    // Not `spawnSync`: it asks for discovery document and keys of this very process.
    const child = spawn(String(program), [String(configuration), String(ca)], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end((await tokens(site.url)).join('\n'));
    const answers = (await text(child.stdout)).trim().split('\n');
    assert.deepEqual(
      answers.map((line) => verdictOf(JSON.parse(line))),
      EXPECTED,
    );
    return goModule('kubernetes', 'k8s.io/apiserver');
  } finally {
    site.close();
    rmSync(directory, { recursive: true });
  }
}

function documented(): string {
  const found = snippetsOf('docs/providers/kubernetes.md').find(({ text: yaml }) =>
    yaml.includes('AuthenticationConfiguration'),
  );
  assert.ok(found, 'the document shows no AuthenticationConfiguration');
  return found.text;
}

async function tokens(issuer: string): Promise<readonly string[]> {
  const keys = buildKeys();
  const cluster = {
    name: 'eu',
    kind: 'kubernetes',
    url: 'https://api',
    audience: AUDIENCE,
    privateNetwork: false,
  } as const;
  const kubernetes = kubernetesProvider({ issuer, keys, upstreams: [cluster], fetchFrom: createUpstreamFetch });
  const make = (audience = AUDIENCE, grant: Partial<Grant> = {}) =>
    kubernetes.issue(buildGrant(grant), { upstream: 'eu', audience, namespace: 'shop' }, SIGNAL);
  const jwt = (algorithm: 'ES256' | 'RS256') =>
    jwtProvider({ issuer, keys }).issue(buildGrant(), { audience: AUDIENCE, algorithm }, SIGNAL);
  const all = [
    make(),
    make('https://other'),
    make(AUDIENCE, { issuedAt: Date.now() - 3_600_000 }),
    jwt('RS256'),
    jwt('ES256'),
  ];
  return (await Promise.all(all)).map(({ accessToken }) => accessToken.reveal());
}

/** Its own form of the `jti`, and the one that the document adds. */
const EXTRA = {
  'authentication.kubernetes.io/credential-id': ['JTI=iss_1'],
  'buildpass.example.com/issuance': ['iss_1'],
};
const USER = { user: 'buildpass:project:shop:entitlement:deploy', extra: EXTRA };
const EXPECTED = [
  { ...USER, groups: ['buildpass:namespace:shop'] },
  'audience',
  'expired',
  // It does not look at `typ`, and knows no other algorithm than RS256 here.
  USER,
  'algorithm',
];

const WORDS = { audience: /audience/, expired: /expired/, algorithm: /algorithm|ES256/ };

function verdictOf(answer: { readonly error?: string }): unknown {
  const { error } = answer;
  if (error === undefined) return answer;
  return Object.entries(WORDS).find(([, words]) => words.test(error))?.[0] ?? error;
}
