// The GitHub App in whose name the broker asks: what the configuration says of it, and the token by which it shows that it is the
// App (a JWT under its private key). That token asks for installation tokens, and for nothing else.
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { Secret } from '../../shared/secret.ts';
import type { Clock } from '../clock.ts';
import { StartRefused } from '../errors.ts';

export interface GithubApp {
  readonly apiUrl: string;
  /** id or client id */
  readonly appId: string;
  readonly privateKeyFile: string;
  readonly privateNetwork: boolean;
  /** PEM of the authorities that the API is verified with, instead of the public ones */
  readonly authorities?: string;
  /** names of the issuers whose jobs this API knows */
  readonly issuers: readonly string[];
  /** another App, in whose name tokens for jobs are made */
  readonly tokenApp?: { readonly appId: string; readonly privateKeyFile: string };
}

/** @throws StartRefused where it is no private RSA key, which GitHub's are */
export function parseAppKey(file: string, pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    // What it holds instead could be a secret all the same: the library's own words are not repeated.
    throw new StartRefused(`${file}: ${WANTED}`, { cause });
  }
  if (key.asymmetricKeyType !== 'rsa') throw new StartRefused(`${file}: ${WANTED}`);
  return key;
}

const WANTED =
  'is not the private key of a GitHub App: generate one in the settings of the App, and put the PEM file there as it is';

/** GitHub takes ten minutes at most, and its clock may differ from ours. */
const LIFETIME_S = 540;
const BACKDATED_S = 60;
/** How long one serves for further questions: then it has four minutes left. */
const KEPT_S = 240;

interface AppTokenOptions {
  readonly appId: string;
  readonly key: KeyObject;
  readonly clock: Clock;
}

/** The App's token, signed anew once the last one is four minutes old: a signature is what a question costs most. */
export function createAppToken({ appId, key, clock }: AppTokenOptions): () => Secret {
  let last: { readonly token: Secret; readonly signedAt: number } | undefined;
  return () => {
    const now = Math.floor(clock.now() / 1000);
    // A clock that was set back makes the last one look as if it came from the future, to GitHub too.
    if (last === undefined || now < last.signedAt || now > last.signedAt + KEPT_S)
      last = { token: signAppToken(appId, key, now), signedAt: now };
    return last.token;
  };
}

function signAppToken(appId: string, key: KeyObject, now: number): Secret {
  const payload = { iat: now - BACKDATED_S, exp: now + LIFETIME_S - BACKDATED_S, iss: appId };
  const signed = [{ alg: 'RS256', typ: 'JWT' }, payload].map(encode).join('.');
  return new Secret(`${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`);
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
