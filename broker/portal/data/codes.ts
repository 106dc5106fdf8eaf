// What a refusal of the broker means to whoever looks at a page, and what they can do about it. The broker's own sentence says
// what was wrong; here is the next step. A code that is not listed keeps its sentence.

export interface Words {
  readonly title: string;
  /** after the broker's sentence */
  readonly next: string;
  /** where the next step is taken, and what it is called there */
  readonly link?: { readonly to: string; readonly words: string };
}

const LIST = { to: '/', words: 'See what waits for you' };

const WORDS: Readonly<Record<string, Words>> = {
  UNREACHABLE: { title: 'The broker didn’t answer', next: 'Nothing was sent twice. Press it again in a moment.' },
  SIGN_IN_REQUIRED: { title: 'You are signed out', next: 'Sign in again; what you typed is kept in this tab.' },
  CROSS_SITE: {
    title: 'This page is not at the broker’s own address',
    next: 'Open the broker at the address that jobs print, and decide there.',
  },
  STEP_UP_REQUIRED: { title: 'Show that it is really you', next: 'High risk is decided right after that.' },
  NOT_AN_APPROVER: { title: 'Others decide this one', next: 'Send them the address of this page.' },
  OWN_REQUEST: { title: 'You asked for it yourself', next: 'Send them the address of this page.' },
  OWN_COMMIT: { title: 'You wrote what it runs', next: 'Send them the address of this page.' },
  OWN_POLICY: { title: 'You changed the policy', next: 'Send them the address of this page.' },
  IDENTITY_UNLINKED: {
    title: 'Your account is not linked',
    next: 'Once it is, come back here.',
    link: { to: '/me', words: 'Link an account' },
  },
  TEAM_UNCONFIRMED: {
    title: 'Your team could not be confirmed',
    next: 'The provider was asked and did not answer, so nothing was recorded. Try again in a minute.',
  },
  APPROVAL_CHANGED: { title: 'What is asked has changed', next: 'Your verdict was not recorded. Read it once more.' },
  APPROVAL_DECIDED: {
    title: 'It is decided already',
    next: 'Your verdict was not recorded. What came of it is below.',
  },
  APPROVAL_EXPIRED: {
    title: 'The time to decide is over',
    next: 'Nothing was issued. Running the job again asks again.',
    link: LIST,
  },
  NOT_AN_INVOKER: { title: 'Others may use break-glass here', next: 'Send them the address of this page.' },
  NOT_A_REVIEWER: {
    title: 'Others review this incident',
    next: 'Security does, or the team that answers for the project.',
  },
  OWN_INCIDENT: {
    title: 'You had a part in this incident',
    next: 'Somebody who neither asked nor invoked in it reviews it.',
  },
  INCIDENT_CHANGED: {
    title: 'It was invoked once more',
    next: 'Your review was not recorded. Read the incident once more.',
  },
  NOT_SECURITY: {
    title: 'This is for security',
    next: 'Ask somebody of security to do it.',
    link: { to: '/me', words: 'Your teams and roles' },
  },
  SECOND_PERSON_NEEDED: {
    title: 'A second person has to confirm',
    next: 'Nothing was changed. Ask another person of security to confirm.',
  },
  BREAK_GLASS_SHUT: {
    title: 'Break-glass is shut',
    next: 'Somebody who neither asked nor invoked reviews the last incident first.',
  },
  JOB_GONE: {
    title: 'The job is gone',
    next: 'It would not collect what you approve. Running it again asks again.',
    link: LIST,
  },
  PARAMETER_INVALID: { title: 'The broker didn’t take that', next: 'Change it, and send it again.' },
  NOT_FOUND: {
    title: 'There is nothing here for this account',
    next: 'Copy the link again from where it was printed, in case it was cut off.',
    link: LIST,
  },
  STORE_UNAVAILABLE: { title: 'The store didn’t answer', next: 'Nothing was recorded. Try again in a minute.' },
  OVERLOADED: { title: 'The broker is busy', next: 'Nothing was recorded. Try again in a minute.' },
  RATE_LIMITED: { title: 'Too many asks from here', next: 'Wait a minute, then try again.' },
  SHUTTING_DOWN: { title: 'The broker is being restarted', next: 'Nothing was recorded. Try again in a minute.' },
  PASSKEY_REFUSED: {
    title: 'The passkey was not taken',
    next: 'Use one that you added here, or another way to show that it is you.',
    link: { to: '/me', words: 'Your passkeys' },
  },
  USER_CODE_UNKNOWN: {
    title: 'No terminal waits with this code',
    next: 'Compare it with your terminal, or log in there again.',
  },
  INTERNAL: { title: 'Something failed inside the broker', next: 'Tell those who run it the id in this sentence.' },
  SIGN_IN_REFUSED: {
    title: 'Signing in was refused',
    next: 'Your provider said no, or this way does not do what was asked. Use another way, or ask those who run this broker.',
  },
  SIGN_IN_EXPIRED: {
    title: 'That took too long, or the link was used before',
    next: 'Begin again. In the demo, a restart prints new links.',
  },
  SIGN_IN_FAILED: {
    title: 'Signing in did not work',
    next: 'Begin again; if it stays so, tell those who run this broker.',
  },
  SIGN_IN_UNAVAILABLE: { title: 'The sign-in provider didn’t answer', next: 'Try again in a minute.' },
};

/** What nobody pressed has nothing to be pressed again, and was not sent: it is only read. */
export const wordsForReading = (code: string): Words => ({ ...wordsFor(code), ...WHEN_READ[code] });

const WHEN_READ: Readonly<Record<string, Pick<Words, 'next'>>> = {
  UNREACHABLE: { next: 'It is asked again every few seconds.' },
  PARAMETER_INVALID: { next: 'It stands in the address of this page: change it there.' },
};

export const wordsFor = (code: string): Words =>
  WORDS[code] ?? { title: 'That did not work', next: 'Try again; if it stays so, tell those who run this broker.' };
