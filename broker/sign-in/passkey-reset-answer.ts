// What those who reset somebody's passkeys are answered: the same over HTTP and over the control socket.
import type { PasskeyReset } from '../../shared/access-api.ts';
import { isoTime } from '../log/entry.ts';
import type { Reset } from './passkey-resets.ts';

export function resetAnswer({ outcome, target, passkeys, sessions, endsAt }: Reset): PasskeyReset {
  const until = isoTime(endsAt);
  const says =
    outcome === 'proposed'
      ? [
          `Proposed. Nothing is changed yet: another person of security, or an operator at the machine, has to confirm by ${until}.`,
          'A passkey of theirs that is used before that ends the proposal.',
        ]
      : [
          `${passkeys} ${passkeys === 1 ? 'passkey was' : 'passkeys were'} removed, and ${sessions} ${sessions === 1 ? 'session' : 'sessions'} ended.`,
          `They sign in anew and register a passkey on their own page, /me, by ${until}; after that it takes two again.`,
        ];
  return { outcome, principal: target, passkeys, sessions, ends_at: until, says };
}
