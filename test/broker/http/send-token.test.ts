import { describe, expect, it } from 'vitest';
import { createAnswering } from '../../../broker/http/answer.ts';
import { sendToken } from '../../../broker/http/send-token.ts';
import type { Issued } from '../../../broker/issuance/issuing.ts';
import { issuedSchema } from '../../../shared/api.ts';
import { Secret } from '../../../shared/secret.ts';
import { serveOnce } from '../../support/serve-once.ts';

const NOW = 1_795_341_600_500;

const issued = (endsAt: number | null): Issued => ({
  credential: {
    accessToken: new Secret('{"aws_access_key_id":"AKIA"}'),
    tokenType: 'N_A',
    issuedTokenType: 'urn:buildpass:token-type:aws-role',
    values: { aws_access_key_id: new Secret('AKIA'), aws_secret_access_key: new Secret('s3cret') },
  },
  scope: 'shop/deploy',
  requestId: 'req_1',
  issuanceId: 'iss_1',
  leaseId: 'lse_1',
  assurance: 'automated',
  endsAt,
  receipt: { entry: 'e30=', proof: 'proof' },
});

async function answer(endsAt: number | null) {
  const requestUrl = 'https://buildpass.example.com/requests/req_1';
  const { write } = createAnswering({});
  const origin = await serveOnce((_request, answer) =>
    sendToken((sent) => write(answer, sent), issued(endsAt), { now: NOW, requestUrl }),
  );
  const response = await fetch(origin);
  return { response, body: (await response.json()) as Record<string, unknown> };
}

describe('the answer with a credential', () => {
  it('has every member of the contract, and the values in the clear', async () => {
    const { response, body } = await answer(NOW + 600_000);
    expect([response.status, response.headers.get('pragma')]).toEqual([200, 'no-cache']);
    expect(body).toEqual({
      access_token: '{"aws_access_key_id":"AKIA"}',
      issued_token_type: 'urn:buildpass:token-type:aws-role',
      token_type: 'N_A',
      expires_in: 600,
      scope: 'shop/deploy',
      issuance_id: 'iss_1',
      lease_id: 'lse_1',
      request_id: 'req_1',
      request_url: 'https://buildpass.example.com/requests/req_1',
      assurance: 'automated',
      receipt: { entry: 'e30=', proof: 'proof' },
      credential: { aws_access_key_id: 'AKIA', aws_secret_access_key: 's3cret' },
    });
  });

  it.each([
    [NOW + 1_999, 1],
    [NOW + 999, 0],
    [NOW - 5_000, 0],
    [null, Number.MAX_SAFE_INTEGER],
  ])('that ends at %s counts whole seconds, never too many: %i', async (endsAt, seconds) => {
    const { body } = await answer(endsAt);
    expect(body['expires_in']).toBe(seconds);
    expect(issuedSchema.safeParse(body).success).toBe(true);
  });
});
