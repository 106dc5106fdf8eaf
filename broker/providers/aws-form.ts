// The one call to AWS STS, as its form: for the session of a job, and for a decoy.
import type { Secret } from '../../shared/secret.ts';
import type { Seconds } from '../clock.ts';

interface AssumeRole {
  readonly role: string;
  /** the name that AWS gives the session */
  readonly session: string;
  readonly token: Secret;
  readonly seconds: Seconds;
  /** JSON of a session policy; undefined for all that the role may */
  readonly policy: string | undefined;
}

export const assumeRoleForm = ({ role, session, token, seconds, policy }: AssumeRole): URLSearchParams =>
  new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: session,
    WebIdentityToken: token.reveal(),
    DurationSeconds: String(seconds),
    ...(policy === undefined ? {} : { Policy: policy }),
  });
