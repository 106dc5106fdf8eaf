import { expect, test } from 'vitest';
import { vaultVariable } from '../../shared/vault-variable.ts';

test.for([
  ['npm-token', 'NPM_TOKEN'],
  ['node-auth-token', 'NODE_AUTH_TOKEN'],
  ['git-token', 'GIT_TOKEN'],
  ['pgpassword', 'PGPASSWORD'],
  ['python-index-token', 'PYTHON_INDEX_TOKEN'],
  ['home-url', 'HOME_URL'],
  ['x', 'X'],
])('%s becomes %s', ([output = '', variable]) => {
  expect(vaultVariable(output)).toBe(variable);
});

test.for(
  'path home shell env ifs ci bash-env ld-preload ld-library-path dyld-insert-libraries node-options node-path node-extra-ca-certs npm-config-registry pythonpath pythonstartup perl5opt rubyopt java-tool-options classpath maven-opts goflags git-ssh-command git-config-count git-askpass ssh-auth-sock https-proxy no-proxy ssl-cert-file github-token github-env runner-temp actions-id-token-request-url input-x buildpass-token prompt-command'.split(
    ' ',
  ),
)('%s would steer programs, and becomes none', (output) => {
  expect(vaultVariable(output)).toBeUndefined();
});

test.for(['2fa', '0', '9-lives'])('%s could be read by no shell, and becomes none', (output) => {
  expect(vaultVariable(output)).toBeUndefined();
});
