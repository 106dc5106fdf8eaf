// Passkeys (WebAuthn): a person registers one here and proves with it later that it is really them. The authenticator must have
// verified its user each time, by PIN, finger or face; a challenge is good once, for its session, for five minutes.
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { type Entropy, type Millis, newId } from '../clock.ts';
import type { Append } from '../log/append.ts';
import type { NoticeDeps } from '../notify/queue-notice.ts';
import type { PasskeyRow } from '../store/passkeys.ts';
import type { Store, Transaction } from '../store/store.ts';
import { keepChallenge, type Purpose, takeChallenge } from './passkey-challenges.ts';
import {
  ALGORITHMS,
  checkAuthentication,
  checkRegistration,
  type Registered,
  refused,
  webauthn,
} from './passkey-checks.ts';
import { hashToken } from './proofs.ts';
import { endReset, refuseLate } from './reset-state.ts';
import { type LiveSession, newToken } from './sessions.ts';

export interface PasskeyDeps extends NoticeDeps {
  readonly url: string;
  readonly store: Store;
  readonly entropy: Entropy;
  readonly append: Append;
}

export interface Passkeys {
  /** What the browser makes a passkey with. @throws BrokerError PASSKEY_REFUSED where there can be none */
  registrationOptions(person: LiveSession): Promise<object>;
  register(
    person: LiveSession,
    given: { response: RegistrationResponseJSON; name: string | undefined },
  ): Promise<PasskeyRow>;
  stepUpOptions(person: LiveSession): Promise<object>;
  /** @returns the session's token from now on, and when that was */
  stepUp(person: LiveSession, response: AuthenticationResponseJSON): Promise<{ token: string; at: Millis }>;
  /** False where this person has no such passkey. */
  remove(person: LiveSession, id: string): Promise<boolean>;
}

const CHALLENGE_BYTES = 32;
const MOST = 20;
const USER_VERIFICATION = 'required';

export function createPasskeys(deps: PasskeyDeps): Passkeys {
  return {
    ...registering(deps),
    ...steppingUp(deps),
    remove: (person, id) => deps.store.commit((tx) => removePasskey(deps, tx, { person, id })),
  };
}

/** As URLs have them: four numbers, or brackets around IPv6. */
const ADDRESS = /^(\[.*\]|[\d.]+)$/;

/** WebAuthn §5.1.2: a relying party is a domain. Browsers refuse an address, with less to go by. */
function relyingPartyOf(url: string): string {
  const { hostname } = new URL(url);
  if (!ADDRESS.test(hostname)) return hostname;
  throw refused(`Passkeys need a name, and this broker is at the address ${hostname}: its \`url\` has to be a name.`);
}

function registering(deps: PasskeyDeps): Pick<Passkeys, 'registrationOptions' | 'register'> {
  const { url, store, entropy } = deps;
  return {
    async registrationOptions(person) {
      const known = await store.read(async (tx) => {
        const all = await tx.passkeys.of(person.principal);
        if (all.length === 0) await refuseLate(tx, person.principal);
        return all;
      });
      if (known.length >= MOST) throw refused(`You have ${MOST} passkeys: remove one first.`);
      const { generateRegistrationOptions } = await webauthn();
      const options = await generateRegistrationOptions({
        ...{ rpName: 'Buildpass', rpID: relyingPartyOf(url), userName: person.name, userDisplayName: person.name },
        userID: new Uint8Array(Buffer.from(person.principal)),
        challenge: new Uint8Array(entropy.bytes(CHALLENGE_BYTES)),
        attestationType: 'none',
        supportedAlgorithmIDs: [...ALGORITHMS],
        excludeCredentials: known.map(descriptorOf),
        authenticatorSelection: { residentKey: 'preferred', userVerification: USER_VERIFICATION },
      });
      const purpose = known.length === 0 ? 'first passkey' : 'another passkey';
      await keepChallenge(store, person, { purpose, challenge: options.challenge });
      return options;
    },
    async register(person, { response, name }) {
      const { challenge, purpose } = await takeChallenge(store, person, ['first passkey', 'another passkey']);
      const registered = await checkRegistration(response, { challenge, url, rpID: relyingPartyOf(url) });
      return store.commit((tx) => keepPasskey(deps, tx, { person, name, registered, purpose }));
    },
  };
}

function steppingUp({ url, store, entropy }: PasskeyDeps): Pick<Passkeys, 'stepUpOptions' | 'stepUp'> {
  return {
    async stepUpOptions(person) {
      const known = await store.read((tx) => tx.passkeys.of(person.principal));
      if (known.length === 0) throw refused('You have no passkey here: register one first.');
      const { generateAuthenticationOptions } = await webauthn();
      const options = await generateAuthenticationOptions({
        rpID: relyingPartyOf(url),
        challenge: new Uint8Array(entropy.bytes(CHALLENGE_BYTES)),
        allowCredentials: known.map(descriptorOf),
        userVerification: USER_VERIFICATION,
      });
      await keepChallenge(store, person, { purpose: 'step-up', challenge: options.challenge });
      return options;
    },
    async stepUp(person, response) {
      const { challenge } = await takeChallenge(store, person, ['step-up']);
      const known = await store.read((tx) => tx.passkeys.of(person.principal));
      const passkey = known.find((one) => one.credential_id === response.id);
      if (passkey === undefined) throw refused('This passkey is not one of yours here.');
      const counter = await checkAuthentication(response, { challenge, url, rpID: relyingPartyOf(url), passkey });
      const token = newToken(entropy);
      const at = await store.commit(async (tx) => {
        await tx.passkeys.used({ id: passkey.id, counter, at: tx.now });
        await tx.sessions.stepUp({ id: person.sessionId, tokenHash: hashToken(token), at: tx.now, method: 'passkey' });
        return tx.now;
      });
      return { token, at };
    },
  };
}

const descriptorOf = ({ credential_id: id, transports }: PasskeyRow) => ({ id, transports: transportsOf(transports) });
const transportsOf = (text: string): string[] => JSON.parse(text) as string[];

interface Keeping {
  readonly person: LiveSession;
  readonly name: string | undefined;
  readonly registered: Registered;
  readonly purpose: Purpose;
}

async function keepPasskey(
  deps: PasskeyDeps,
  tx: Transaction,
  { person, name, registered, purpose }: Keeping,
): Promise<PasskeyRow> {
  const { entropy, append } = deps;
  const { principal } = person;
  if (purpose === 'first passkey') await refuseLate(tx, principal);
  // A first one needs less than a further one, so it must still be the first.
  if (purpose === 'first passkey' && (await tx.passkeys.of(principal)).length > 0)
    throw refused('Another passkey was registered meanwhile. Begin again.');
  const row: PasskeyRow = {
    ...{ id: newId('pky', entropy), principal_id: principal, credential_id: registered.credentialId },
    ...{ name: name ?? 'Passkey', public_key: registered.publicKey, counter: registered.counter },
    ...{ transports: JSON.stringify(registered.transports), created_at: tx.now, used_at: null },
  };
  if (!(await tx.passkeys.insert(row))) throw refused('This passkey is registered here already.');
  await append(tx, {
    type: 'passkey.registered',
    fields: {
      ...{ principal, passkey_id: row.id, backed_up: registered.backedUp },
      ...((await endReset(deps, tx, person)) ? { after_reset: true } : {}),
    },
    personal: { person_name: person.name },
  });
  return row;
}

async function removePasskey(
  { append }: PasskeyDeps,
  tx: Transaction,
  { person, id }: { person: LiveSession; id: string },
): Promise<boolean> {
  const { principal } = person;
  if (!(await tx.passkeys.remove(id, principal))) return false;
  await append(tx, {
    type: 'passkey.removed',
    fields: { principal, passkey_id: id },
    personal: { person_name: person.name },
  });
  return true;
}
