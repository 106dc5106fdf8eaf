// The other sides of every kind of credential, in a process of their own for `providers.ts`. It measures how long they take by
// themselves, from having the whole of a request until the answer is handed to the system, and answers one question after the other.
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { keysPublishedBy, startAwsSts } from '../support/aws-sts-double.ts';
import { createAuthority } from '../support/certificates.ts';
import { startEntraDouble } from '../support/entra-double.ts';
import { GithubAppApi } from '../support/github-app-api.ts';
import { startGoogleDouble } from '../support/google-double.ts';
import { startIssuerSite } from '../support/issuer-site.ts';
import { startVault } from '../support/vault-double.ts';
import { AWS_ROLE, subjectOf, VAULT_PATH } from './upstreams-world.ts';

const [directory = ''] = process.argv.slice(2);
const site = await startIssuerSite();
const own = { calls: 0, millis: 0 };

interface Served {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
}

const portOf = (server: Server): string => String((server.address() as AddressInfo | null)?.port);
diagnostics.subscribe('http.server.request.start', (message) => {
  const { request, response, server } = message as Served;
  // The doubles look up the broker's keys there, within the time of their own.
  if (portOf(server) === new URL(site.url).port) return;
  let whole = Number.NaN;
  request.once('end', () => {
    whole = performance.now();
  });
  // Right after the write: what comes after it is nobody's wait.
  response.once('prefinish', () => {
    own.calls += 1;
    own.millis += performance.now() - whole;
  });
});

const sts = await startAwsSts({
  roles: [
    {
      arn: AWS_ROLE,
      trust: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${site.url}` },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { StringEquals: { [`${site.url}:sub`]: subjectOf('aws-role') } },
          },
        ],
      },
    },
  ],
  providers: [{ issuer: site.url, audiences: ['sts.amazonaws.com'], keys: () => keysPublishedBy(site.url, site.url) }],
});
const google = await startGoogleDouble({ issuer: site.url });
google.account.members = [google.account.members[0]?.replace(/project:.*/, subjectOf('gcp-service-account')) ?? ''];
const entra = await startEntraDouble({ issuer: site.url });
entra.app.federated.subject = subjectOf('azure-app');
const vault = await startVault({
  issuer: site.url,
  roles: { shop: { audience: 'vault-prod', subject: subjectOf('vault-secret'), paths: { [VAULT_PATH]: 'read' } } },
  engines: { database: { [VAULT_PATH]: 900 } },
});
const github = await new GithubAppApi().listen();
github.knows.permissions = { metadata: 'read', contents: 'write' };
writeFileSync(join(directory, 'app.pem'), github.privateKey.export({ format: 'pem', type: 'pkcs1' }), { mode: 0o600 });
const nothing: RequestListener = (_request, response) => void response.end('{}');
const authority = createAuthority();
const bare = createServer(nothing).listen(0, '127.0.0.1');
const secure = createTlsServer(authority.serverTls(), nothing).listen(0, '127.0.0.1');
await Promise.all([bare, secure].map((server) => server.listening || once(server, 'listening')));

const urls = { aws: sts.url, google: google.url, entra: entra.url, vault: vault.url, github: github.url };
const nothings = { bare: Number(portOf(bare)), secure: { port: Number(portOf(secure)), authorities: authority.pem } };
const ANSWERS: Readonly<Record<string, (origin: string) => unknown>> = {
  addresses: () => ({ issuer: site.url, ...nothings, ...urls }),
  publish: (origin) => site.publish({ origin }).then(() => true),
  /** since it was asked last */
  own: () => {
    const taken = { ...own };
    Object.assign(own, { calls: 0, millis: 0 });
    return taken;
  },
  complaints: () => [sts, google, entra, vault, github].flatMap(({ complaints }) => complaints),
};
process.on('message', ([question, argument]: [string, string]) => {
  void Promise.resolve(ANSWERS[question]?.(argument)).then((answer) => process.send?.(answer));
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
process.send?.('ready');
