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

// Each program's own, and what stands right beside it.
test.for([
  'path pathext home shell comspec env ifs cdpath tmp temp tmpdir editor visual pager prompt-command ci',
  'bash-env ld-preload ld-library-path dyld-insert-libraries',
  'http-proxy https-proxy ftp-proxy all-proxy no-proxy',
  'ssl-cert-file curl-ca-bundle requests-ca-bundle aws-ca-bundle',
  'node-options node-path node-extra-ca-certs node-tls-reject-unauthorized node-repl-history node-repl-',
  'npm-config-registry yarn-registry pip-index-url pip-extra-index-url',
  'pythonpath pythonstartup perl5opt perl5lib rubyopt rubylib gem-home bundle-path lua-init',
  'java-home java-tool-options jdk-java-options classpath maven-opts maven-args gradle-opts',
  'goflags goproxy goroot gopath goenv gosumdb gonosumdb goinsecure',
  'git-ssh-command git-config-count git-exec-path git-askpass git-proxy-command git-editor git-pager git-external-diff',
  'git-dir git-work-tree git-template-dir git-sequence-editor git-ssl-no-verify ssh-askpass ssh-auth-sock',
  'github-token github-env runner-temp actions-id-token-request-url input-x state-x buildpass-token',
])('would steer programs, and become none: %s', (outputs) => {
  for (const output of outputs.split(' ')) expect(vaultVariable(output), output).toBeUndefined();
});

test.for([
  'my-path path-x my-home homes my-ci cis xbash-env my-ld-preload',
  'my-http-proxy http-proxy-url my-ssl-cert-file my-node-options node-options-x node-repl my-npm-config-x npm-token',
  'my-pythonpath python my-rubyopt rubyopts my-java-home java-homes my-goflags goflags-x my-git-dir git-token',
  'my-ssh-askpass ssh-key my-github-token github',
])('do not, and become one: %s', (outputs) => {
  for (const output of outputs.split(' '))
    expect(vaultVariable(output)).toBe(output.toUpperCase().replaceAll('-', '_'));
});

test.for(['2fa', '0', '9-lives', 'a.b', 'a b', ''])('%j could be read by no shell, and becomes none', (output) => {
  expect(vaultVariable(output)).toBeUndefined();
});
