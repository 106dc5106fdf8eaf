// What STS takes as a request of AssumeRoleWithWebIdentity, and how it says that it does not.
import type { Received } from './moody-server.ts';

/** An error of STS, by its code. */
export class StsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const PARAMETERS = ['Action', 'Version', 'RoleArn', 'RoleSessionName', 'WebIdentityToken', 'DurationSeconds', 'Policy'];

/** What no client of ours may do, though STS might let it pass. */
export function formProblems({ method, path, headers, body }: Received): string[] {
  const form = new URLSearchParams(body);
  const names = [...form.keys()];
  const problems: [boolean, string][] = [
    [method !== 'POST' || path !== '/', `${method} ${path} instead of POST /`],
    [headers['content-type'] !== 'application/x-www-form-urlencoded', `content type ${headers['content-type']}`],
    // It may answer in XML otherwise.
    [headers.accept !== 'application/json', `asks for ${headers.accept}`],
    [headers.authorization !== undefined, 'a request that needs no signature has one'],
    ...names.map((name, at): [boolean, string] => [names.indexOf(name) !== at, `${name} is there twice`]),
    ...names.map((name): [boolean, string] => [!PARAMETERS.includes(name), `${name} is no parameter`]),
  ];
  return problems.flatMap(([wrong, what]) => (wrong ? [what] : []));
}

export interface AskedSession {
  readonly role: string;
  readonly session: string;
  readonly token: string;
  readonly duration: number;
  readonly policy: unknown;
}

/** @throws StsError */
export function validated({ body }: Received): AskedSession {
  const form = new URLSearchParams(body);
  const value = (name: string, pattern: RegExp): string => {
    const given = form.get(name) ?? '';
    if (pattern.test(given)) return given;
    throw new StsError(
      'ValidationError',
      `1 validation error detected: Value at '${name}' failed to satisfy constraint`,
    );
  };
  value('Action', /^AssumeRoleWithWebIdentity$/);
  value('Version', /^2011-06-15$/);
  const duration = Number(value('DurationSeconds', /^[0-9]+$/));
  if (duration < 900 || duration > 43_200)
    throw new StsError(
      'ValidationError',
      "1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint",
    );
  return {
    role: value('RoleArn', /^arn:[\w-]+:iam::\d{12}:role\/[\x21-\x7e]{1,512}$/),
    session: value('RoleSessionName', /^[\w+=,.@-]{2,64}$/),
    token: value('WebIdentityToken', /^[\w-]+\.[\w-]+\.[\w-]+$/),
    duration,
    policy: form.has('Policy') ? policyOf(form.get('Policy') ?? '') : undefined,
  };
}

function policyOf(text: string): unknown {
  if (!/^[\t\n\r\x20-\xff]{1,2048}$/.test(text))
    throw new StsError('ValidationError', "Value at 'policy' failed to satisfy constraint");
  try {
    const policy = JSON.parse(text) as { Version?: unknown; Statement?: unknown };
    if (policy.Version !== '2012-10-17' || !Array.isArray(policy.Statement)) throw new Error('no statements');
    return policy;
  } catch {
    throw new StsError('MalformedPolicyDocument', 'The policy is not in the valid JSON format.');
  }
}
