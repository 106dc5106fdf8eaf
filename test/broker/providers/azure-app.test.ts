import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../broker/clock.ts';
import type { Credential, Grant } from '../../../broker/model.ts';
import { azureAppProvider } from '../../../broker/providers/azure-app.ts';
import { UpstreamRefused } from '../../../broker/providers/provider.ts';
import { createUpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { describeProvider } from '../../conformance/provider.ts';
import { startTestIssuer } from '../../support/broker-trust.ts';
import { buildGrant } from '../../support/build-grant.ts';
import {
  AZURE_CLIENT,
  AZURE_SCOPE,
  AZURE_TENANT,
  type EntraDouble,
  startEntraDouble,
} from '../../support/entra-double.ts';

const PARAMETERS = { tenant: AZURE_TENANT, 'client-id': AZURE_CLIENT, scope: AZURE_SCOPE };
const TTL = 5_400;

async function start() {
  const { issuer, keys, close } = await startTestIssuer();
  const entra = await startEntraDouble({ issuer });
  const { clouds } = entra;
  const provider = azureAppProvider({ issuer, keys, clouds, clock: systemClock, fetchFrom: createUpstreamFetch });
  const closeEntra = entra.close;
  entra.close = () => [closeEntra(), close()];
  return { issuer, provider, entra, double: entra, parameters: PARAMETERS, values: ['access_token'] };
}

describeProvider('azure-app', start);

async function open(token: Partial<EntraDouble['token']> = {}) {
  const { provider, entra, issuer } = await start();
  onTestFinished(() => entra.close());
  Object.assign(entra.token, token);
  const issue = (parameters: Partial<typeof PARAMETERS> = {}, grant: Partial<Grant> = {}): Promise<Credential> =>
    provider.issue(buildGrant({ ttl: TTL, ...grant }), { ...PARAMETERS, ...parameters }, new AbortController().signal);
  const whyNot = async (parameters: Partial<typeof PARAMETERS> = {}): Promise<string> => {
    const error = await issue(parameters).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(UpstreamRefused);
    return (error as Error).message;
  };
  return { entra, issuer, issue, whyNot };
}

const secondsLeft = ({ upstreamExpiresAt }: Credential): number =>
  Math.round((Number(upstreamExpiresAt) - systemClock.now()) / 60_000) * 60;

describe('a token of an app of Entra', () => {
  it('lives as long as Entra says, whatever the ttl', async () => {
    const { entra, issue } = await open({ lives: 3_600, extended: undefined });
    const credential = await issue();
    expect(secondsLeft(credential)).toBe(3_600);
    const headers = { authorization: `Bearer ${credential.accessToken.reveal()}` };
    expect((await fetch(`${entra.url}/subscriptions`, { headers })).status).toBe(200);
  });

  it('has the latest of the ends that are said: of the answer, of an outage, of the token itself', async () => {
    const { issue, entra } = await open({ extended: 86_400 });
    expect(secondsLeft(await issue())).toBe(86_400);
    entra.token.extended = undefined;
    entra.token.claims = { exp: Math.floor(Date.now() / 1000) + 7_200 };
    expect(secondsLeft(await issue())).toBe(7_200);
  });

  it.each(['9999999999', null, { seconds: 1 }])('has no sound end where its own is no time: %j', async (exp) => {
    const { issue, entra } = await open();
    entra.token.claims = { exp };
    expect((await issue()).upstreamExpiresAt).toBeNaN();
  });

  it('counts the part of a second that its own end may have', async () => {
    const { issue, entra } = await open({ extended: undefined });
    const exp = Math.floor(Date.now() / 1000) + 7_200.0005;
    entra.token.claims = { exp };
    expect((await issue()).upstreamExpiresAt).toBe(Math.ceil(exp * 1000));
  });

  it('goes with what is no secret: its tenant, app and scope', async () => {
    const { issue } = await open();
    const { details } = await issue();
    expect(details).toEqual({ tenant_id: AZURE_TENANT, client_id: AZURE_CLIENT, scope: AZURE_SCOPE });
  });

  it.each(['v1', 'v2'] as const)('of version %s is in the sign-in logs by its own id', async (form) => {
    const { entra, issue } = await open({ form });
    const { provenance, excess } = await issue();
    expect(excess).toBeUndefined();
    expect(provenance).toEqual({
      ...{ system: 'login.microsoftonline.com', id: entra.signIns[0]?.uniqueTokenIdentifier },
    });
  });

  it('that is opaque is there by the id of the request', async () => {
    const { entra, issue } = await open({ form: 'opaque' });
    expect((await issue()).provenance?.id).toBe(entra.signIns[0]?.requestId);
  });

  it.each([
    ['tid', 'of another tenant'],
    ['appid', 'of another app'],
    ['azp', 'of another app'],
    ['aud', 'for another resource'],
  ])('whose `%s` is another is not taken for what was asked', async (claim, what) => {
    const { issue } = await open({ claims: { [claim]: 'https://graph.microsoft.com' } });
    expect((await issue()).excess).toBe(`the token that Entra gave is ${what}`);
  });

  it.each([[['https://management.azure.com']], [7], [null]])(
    'is not taken for what was asked with `aud` %j',
    async (aud) => {
      const { issue } = await open({ claims: { aud } });
      expect((await issue()).excess).toBe('the token that Entra gave is for another resource');
    },
  );

  it('may name its resource with a slash at the end, or say nothing of what differs', async () => {
    const { issue } = await open({ claims: { aud: 'https://management.azure.com/', tid: undefined } });
    expect((await issue()).excess).toBeUndefined();
  });

  it('needs a scope', async () => {
    const { entra, issue } = await open();
    await expect(issue({ scope: '' })).rejects.toThrow('a token of Entra needs a scope');
    expect(entra.requests).toEqual([]);
  });
});

describe('a refusal of Entra', () => {
  it.each([
    ['another subject', { subject: 'project:shop:entitlement:Deploy' }],
    ['another audience', { audience: 'api://AzureADTokenExchangeChina' }],
  ])('of a federated credential with %s says what it must have', async (_what, federated) => {
    const { entra, issuer, whyNot } = await open();
    Object.assign(entra.app.federated, federated);
    const said = await whyNot();
    expect(said).toMatch(
      /^Microsoft Entra refused \(401\): "AADSTS70021\d: No matching federated identity record found/,
    );
    expect(said).toContain(
      `The app ${AZURE_CLIENT} needs a federated credential with the issuer ${issuer}, the subject project:shop:entitlement:deploy and the audience api://AzureADTokenExchange, compared by case`,
    );
    expect(said).not.toContain('Trace ID');
  });

  it.each<[what: string, change: (entra: EntraDouble) => unknown, says: string]>([
    [
      'an app that is not there',
      ({ app }) => Object.assign(app, { exists: false }),
      `Compare the client id ${AZURE_CLIENT} and the tenant`,
    ],
    [
      'a resource that is not there',
      ({ app }) => Object.assign(app, { resources: [] }),
      `Compare the scope ${AZURE_SCOPE}`,
    ],
    [
      'keys that cannot be read',
      ({ trust }) => Object.assign(trust, { servedAt: () => 'http://127.0.0.1:1' }),
      '/.well-known/openid-configuration',
    ],
    [
      'a clock that is wrong',
      ({ trust }) => Object.assign(trust, { now: () => Date.now() + 900_000 }),
      'Compare the clock of the broker',
    ],
  ])('for %s says what to do', async (_what, change, says) => {
    const { entra, whyNot } = await open();
    change(entra);
    expect(await whyNot()).toContain(says);
  });

  it('for another tenant says that it is not there', async () => {
    const { whyNot } = await open();
    expect(await whyNot({ tenant: AZURE_CLIENT })).toContain(`There is no tenant ${AZURE_CLIENT} at this address`);
  });

  it('that repeats our token repeats it to nobody', async () => {
    const { entra, whyNot } = await open();
    entra.mood = 'refuses';
    expect(await whyNot()).not.toMatch(/[\w-]{60}/);
  });
});
