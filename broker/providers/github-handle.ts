// What is kept, sealed, to end a token of GitHub by: the token, and the GitHub that made it. Another one does not know it, which
// must never pass for its end (P8), and is not told it either.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { TokenApp } from './ask-github.ts';

const handleSchema = z.object({ madeAt: z.string(), token: z.string() });

interface Handle {
  readonly token: Secret;
  /** undefined for one that an earlier version wrote */
  readonly madeAt: string | undefined;
}

export const newHandle = (app: Pick<TokenApp, 'apiUrl'>, token: Secret): Secret =>
  new Secret(JSON.stringify({ madeAt: originOf(app), token: token.reveal() }));

/** @throws Error where the token is not of the GitHub that the configuration names now */
export function readHandle(app: Pick<TokenApp, 'apiUrl'>, handle: Secret | undefined): Handle {
  if (handle === undefined) throw new Error('the token to revoke is not on record');
  if (!handle.reveal().startsWith('{')) return { token: handle, madeAt: undefined };
  const { madeAt, token } = handleSchema.parse(JSON.parse(handle.reveal()));
  if (madeAt !== originOf(app))
    throw new Error(
      `the token was made at ${madeAt}, and github.api-url leads to ${originOf(app)} now: it is revoked once that leads back, or dies by itself`,
    );
  return { token: new Secret(token), madeAt };
}

const originOf = ({ apiUrl }: Pick<TokenApp, 'apiUrl'>): string => new URL(apiUrl).origin;
