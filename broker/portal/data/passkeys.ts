// Passkeys by the browser's own interface (WebAuthn Level 3), which speaks the JSON that the broker does. A browser without it, and
// somebody who turned away, are refusals with words like any other.
import { type Answer, ask, type Problem } from './ask.ts';

const passkeysWork = (): boolean =>
  'PublicKeyCredential' in globalThis && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

export async function stepUpWithPasskey(): Promise<Answer<unknown>> {
  const options = await ask<PublicKeyCredentialRequestOptionsJSON>('/v1/step-up/options', { method: 'POST' });
  if (!options.ok) return options;
  const made = await tried(() =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.body) }),
  );
  return made.ok ? ask('/v1/step-up', { method: 'POST', body: made.body }) : made;
}

export async function addPasskey(name: string): Promise<Answer<unknown>> {
  const options = await ask<PublicKeyCredentialCreationOptionsJSON>('/v1/passkeys/options', { method: 'POST' });
  if (!options.ok) return options;
  const made = await tried(() =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.body) }),
  );
  return made.ok ? ask('/v1/passkeys', { method: 'POST', body: { ...made.body, ...(name !== '' && { name }) } }) : made;
}

async function tried(make: () => Promise<Credential | null>): Promise<Answer<object>> {
  if (!passkeysWork()) return { ok: false, problem: NO_PASSKEYS };
  try {
    const made = await make();
    return made instanceof PublicKeyCredential
      ? { ok: true, body: made.toJSON() }
      : { ok: false, problem: TURNED_AWAY };
  } catch (error) {
    const known = error instanceof DOMException && error.name === 'InvalidStateError';
    return { ok: false, problem: known ? THERE_ALREADY : TURNED_AWAY };
  }
}

const problem = (message: string): Problem => ({ code: 'PASSKEY_REFUSED', message });
const NO_PASSKEYS = problem('This browser has no passkeys.');
const TURNED_AWAY = problem(
  'The browser gave no passkey: it was closed, took too long, or knows none for this broker.',
);
const THERE_ALREADY = problem('This device has a passkey for this broker already.');
