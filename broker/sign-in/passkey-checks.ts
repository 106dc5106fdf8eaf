// What an authenticator sent, held against what it should have signed: by the library, with the user verified, for this origin.
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { BrokerError } from '../errors.ts';
import type { PasskeyRow } from '../store/passkeys.ts';

/** COSE: EdDSA, ES256, RS256, which every authenticator has one of. */
export const ALGORITHMS = [-8, -7, -257] as const;

/** Loaded when somebody first needs it: nothing on a job's way does. */
export const webauthn = () => import('@simplewebauthn/server');

export const refused = (message: string, cause?: unknown): BrokerError =>
  new BrokerError('PASSKEY_REFUSED', message, { cause });

interface Expected {
  readonly challenge: string;
  readonly url: string;
  readonly rpID: string;
}

export interface Registered {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly backedUp: boolean;
}

export async function checkRegistration(
  response: RegistrationResponseJSON,
  { challenge, url, rpID }: Expected,
): Promise<Registered> {
  const { verifyRegistrationResponse } = await webauthn();
  try {
    await refuseAttestation(response);
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      ...{ response, expectedChallenge: challenge, expectedOrigin: url, expectedRPID: rpID },
      requireUserVerification: true,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    if (!verified) throw new Error('it is not verified');
    const { credential, credentialBackedUp: backedUp } = registrationInfo;
    const { id: credentialId, publicKey, counter, transports = [] } = credential;
    return { credentialId, publicKey: Buffer.from(publicKey).toString('base64'), counter, transports, backedUp };
  } catch (cause) {
    throw refused('What the passkey sent does not hold. Try again, with the passkey of this browser.', cause);
  }
}

/**
 * None was asked for. A certificate in one would be followed to wherever it says that its revocations are listed, by the
 * library and past every check of addresses (SSRF, T09).
 */
async function refuseAttestation({ response }: RegistrationResponseJSON): Promise<void> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  const attestation = decodeAttestationObject(new Uint8Array(Buffer.from(response.attestationObject, 'base64url')));
  const format = attestation.get('fmt');
  const bySelf = format === 'packed' && attestation.get('attStmt').get('x5c') === undefined;
  if (format !== 'none' && !bySelf) throw new Error(`an attestation of the form "${String(format)}" came unasked`);
}

export async function checkAuthentication(
  response: AuthenticationResponseJSON,
  { challenge, url, rpID, passkey }: Expected & { readonly passkey: PasskeyRow },
): Promise<number> {
  const { verifyAuthenticationResponse } = await webauthn();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...{ response, expectedChallenge: challenge, expectedOrigin: url, expectedRPID: rpID },
      credential: {
        id: passkey.credential_id,
        publicKey: new Uint8Array(Buffer.from(passkey.public_key, 'base64')),
        counter: passkey.counter,
      },
      requireUserVerification: true,
    });
    if (!verified) throw new Error('its signature does not hold');
    return authenticationInfo.newCounter;
  } catch (cause) {
    throw refused('What the passkey sent does not hold. Try again, with one of your passkeys here.', cause);
  }
}
