// Issuing inside the transaction that decides, for a provider that makes its credential here and at once. Nothing leaves before the
// commit, and what was made in a transaction that did not commit, or is run again, was handed to nobody: it is forgotten.
// The policy and the suspensions in force were read by the decision, in this very transaction.
import type { Secret } from '../../shared/secret.ts';
import type { Credential } from '../model.ts';
import type { CredentialProvider } from '../providers/provider.ts';
import type { Transaction } from '../store/store.ts';
import type { Granted, IssueDeps, Issuing, Recorded } from './issuing.ts';
import { answerKeyOf, hideCredential, recordStarted, recordSucceeded } from './steps.ts';

export type MadeNow = Issuing & { readonly credential: Credential };

/** Issued, once the transaction that it was recorded in is durable. */
export interface IssuedNow {
  readonly granted: Granted;
  readonly recorded: Recorded;
}

/** Makes the credential of a grant; undefined where its provider does not act here, or must ask whoever holds its key. */
export function issueNow(
  { providers, logger }: Pick<IssueDeps, 'providers' | 'logger'>,
  granted: Granted,
  requestSecret: Secret | undefined,
): MadeNow | undefined {
  const provider = providers.get(granted.credential.kind);
  if (provider?.acts !== 'locally') return undefined;
  const credential = madeNow(provider, granted);
  if (credential === undefined) return undefined;
  hideCredential(logger, credential);
  return { granted, provider, requestSecret, credential };
}

export async function recordIssuedNow(
  deps: Pick<IssueDeps, 'append' | 'policies' | 'answers' | 'entropy'>,
  tx: Transaction,
  made: MadeNow,
): Promise<Recorded> {
  await recordStarted(deps, tx, made);
  return recordSucceeded(deps, tx, { ...made, answerKey: answerKeyOf(deps, made) });
}

/** What it throws would take the decision back: `issue` is called instead, after it, and throws where it cannot either. */
function madeNow(provider: CredentialProvider, { grant, credential }: Granted): Credential | undefined {
  try {
    return provider.issueNow?.(grant, credential.parameters);
  } catch {
    return undefined;
  }
}
