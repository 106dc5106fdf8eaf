// Two projects, a person in every part, and jobs: each combination of an operation and a caller is sent as that caller would send
// it, about a request or lease made for it alone, so that no combination sees what another left.

import { OPERATIONS } from '../../broker/http/api/openapi.ts';
import type { Operation } from '../../broker/http/api/operation.ts';
import type { AuthorizationRow, Caller } from '../../docs/authorization-table.ts';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { logInCommandLine } from './command-line-login.ts';
import { PersonBrowser, type Send, signIn, type Visit } from './person-browser.ts';
import { newSecret, TestBroker } from './test-broker.ts';

const PEOPLE: Readonly<Partial<Record<Caller, { readonly id: string; readonly group: string }>>> = {
  requester: { id: '9001', group: 'releases' },
  approver: { id: '9002', group: 'releases' },
  owner: { id: '9003', group: 'platform' },
  security: { id: '9004', group: 'security' },
  operator: { id: '9005', group: 'operators' },
  'of mail': { id: '9006', group: 'mailers' },
  'a command line': { id: '9007', group: 'releases' },
};
const ORGANIZATION = `
teams:
${['platform', 'releases', 'security', 'operators', 'mailers'].map((group) => `  octo-org/${group}: { sign-in: demo, group: ${group} }`).join('\n')}
projects:
  shop: { owner: octo-org/platform, may-offer: [ { kind: jwt, audiences: [ https://shop.example.com ] } ] }
  mail: { owner: octo-org/mailers, may-offer: [ { kind: jwt, audiences: [ https://shop.example.com ] } ] }
`;
const JOBS = {
  shop: { repository: 'octo-org/octo-repo', repository_id: '456789', actor: 'robin', actor_id: '9001' },
  mail: { repository: 'octo-org/mail', repository_id: '888', actor: 'max', actor_id: '9010' },
};
const project = (name: 'shop' | 'mail', team: string, owner: string): string =>
  `
project: ${name}
owner: octo-org/${owner}
repositories: [ { name: ${JOBS[name].repository}, id: "${JOBS[name].repository_id}" } ]
entitlements:
  preview: &any
    { title: Preview, risk: low, ttl: 5m, credential: { kind: jwt, audience: https://shop.example.com }, allow: [ { branch: main } ] }
  deploy:
    title: Deploy
    risk: low
    ttl: 5m
    credential: { kind: jwt, audience: https://shop.example.com }
    allow: [ { branch: main } ]
    approval: { by: octo-org/${team} }
    break-glass: { for: octo-org/${team}, notify: octo-org/security }
`.replace('&any', '');

type Claims = Readonly<Record<string, unknown>>;

/** What a combination is about. */
interface Matter {
  /** of the request, or of the lease */
  readonly id: string;
  readonly secret: string;
  readonly claims: Claims;
  readonly binding: string;
}

export class AuthorizationWorld {
  readonly broker: TestBroker;
  readonly #commandLine: string;
  #runs = 0;

  private constructor(broker: TestBroker, commandLine: string) {
    this.broker = broker;
    this.#commandLine = commandLine;
  }

  static async start(): Promise<AuthorizationWorld> {
    const broker = await TestBroker.start({
      background: 'by-hand',
      people: Object.entries(PEOPLE).map(([name, { id, group }]) => ({ name, id, groups: [group] })),
      roles: { security: ['octo-org/security'], operators: ['octo-org/operators'] },
      policies: {
        '_organization.yaml': ORGANIZATION,
        'shop.yaml': project('shop', 'releases', 'platform'),
        'mail.yaml': project('mail', 'mailers', 'mailers'),
      },
    });
    return new AuthorizationWorld(broker, await logInCommandLine(broker, 'a command line'));
  }

  /** Sends an operation as this caller. */
  async send({ operation: name, about }: AuthorizationRow, caller: Caller): Promise<Visit> {
    const operation = OPERATIONS.find(({ method, path }) => `${method} ${path}` === name);
    if (operation === undefined) throw new Error(`there is no operation ${name}`);
    const matter = await this.#matter(operation, about ?? 'shop');
    const browser = await this.#browser(caller);
    const path = operation.path
      .replace('{level}/{tile}', '0/000.p/1')
      .replace('{provider}', 'demo')
      .replace('{project}/{entitlement}', `${about ?? 'shop'}/deploy`)
      .replace('{id}', matter.id)
      .replace('{user_code}', 'BCDF-GHJK');
    return browser.get(path, await this.#parts(operation, { caller, matter, about: about ?? 'shop' }));
  }

  async #matter({ path }: Operation, about: 'shop' | 'mail'): Promise<Matter> {
    this.#runs += 1;
    const [secret, claims] = [newSecret(), { ...JOBS[about], run_id: String(this.#runs) }];
    const none = { id: 'nothing', secret, claims, binding: '' };
    if (path.startsWith('/v1/leases/')) {
      const { body } = await this.broker.ask({ scope: `${about}/preview`, secret, claims });
      return { ...none, id: body.lease_id };
    }
    if (!path.startsWith('/v1/requests/')) return none;
    const { body } = await this.broker.ask({ scope: `${about}/deploy`, secret, claims });
    const reader = await signIn(this.broker, 'security');
    const { body: detail } = await reader.get(`/v1/requests/${body.request_id}`);
    return { ...none, id: body.request_id, binding: detail.approval.binding };
  }

  async #browser(caller: Caller): Promise<PersonBrowser> {
    if (caller === 'another site') return signIn(this.broker, 'approver');
    return caller in PEOPLE && caller !== 'a command line'
      ? signIn(this.broker, caller)
      : new PersonBrowser(this.broker);
  }

  async #parts(
    operation: Operation,
    { caller, matter, about }: { caller: Caller; matter: Matter; about: string },
  ): Promise<Send> {
    const bearer = await this.#bearer(operation, caller, matter);
    const authorization = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const method = operation.method.toUpperCase();
    if (operation.form !== undefined) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      if (operation.form === 'OwnTokenForm') return { method, headers, body: 'token=nonsense' };
      if (operation.form === 'DeviceAuthorizationForm') return { method, headers, body: '' };
      const asked = { scope: `${about}/preview` };
      if (operation.path === '/v1/explain')
        return { method, headers: { ...headers, ...authorization }, body: String(new URLSearchParams(asked)) };
      const form = { ...asked, grant_type: GRANT_TYPE, subject_token_type: ID_TOKEN_TYPE, request_secret: newSecret() };
      const token = bearer === undefined ? {} : { subject_token: bearer };
      return { method, headers, body: String(new URLSearchParams({ ...form, ...token })) };
    }
    if (operation.fromOwnPage === undefined) return { method, headers: authorization };
    const origin = caller === 'another site' ? 'https://evil.example' : this.broker.config.url;
    const site = caller === 'another site' ? 'cross-site' : 'same-origin';
    const headers = { 'content-type': 'application/json', origin, 'sec-fetch-site': site, ...authorization };
    return { method, headers, body: JSON.stringify(bodyOf(operation, matter)) };
  }

  /** What a job or a command line shows; people show their cookie and nothing else. */
  async #bearer({ shown, path }: Operation, caller: Caller, { secret, claims }: Matter): Promise<string | undefined> {
    const other = { ...JOBS.shop, run_id: `${claims['run_id']}000` };
    if (caller === 'a command line') return this.#commandLine;
    if (caller === 'a stranger') return this.broker.token({ ...other, repository: 'octo-org/x', repository_id: '999' });
    if (caller !== 'job' && caller !== 'another job') return undefined;
    // Of another project's request it has no secret: it shows its own.
    const own = caller === 'job' && claims['repository_id'] === JOBS.shop.repository_id;
    if (shown.includes('request-secret')) return own ? secret : newSecret();
    return this.broker.token(own && path !== '/v1/token' ? claims : other);
  }

  close(): Promise<void> {
    return this.broker.close();
  }
}

/** As the operation wants it, where that is needed to get as far as who may. */
function bodyOf({ json }: Operation, { binding }: Matter): object {
  if (json === 'Verdict') return { verdict: 'approve', binding };
  if (json === 'Invocation') return { reason: 'It burns.', ticket: 'INC-1', binding };
  if (json === 'IncidentReview') return { reason: 'It burned.', invocations: 1 };
  if (json === 'PasskeyResetOrder') return { principal: 'prn_nobody', reason: 'It is lost.' };
  if (json === 'RevocationOrder' || json === 'PauseOrder') return { of: { scope: 'everything' }, reason: 'It burns.' };
  if (json === 'ResumeOrder') return { reason: 'It burned.' };
  if (json === 'DeviceDecision') return { decision: 'allow' };
  return {};
}
