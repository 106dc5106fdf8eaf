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
  'userprofile homedrive homepath appdata localappdata programdata systemroot windir psmodulepath',
  'xdg-config-home xdg-config-dirs xdg-data-home xdg-cache-home xdg-runtime-dir',
  'kubeconfig docker-host docker-config docker-context docker-cert-path docker-tls-verify helm-plugins helm-config-home',
  'aws-endpoint-url aws-endpoint-url-s3 aws-config-file aws-shared-credentials-file aws-profile aws-container-authorization-token',
  'google-application-credentials cloudsdk-config cloudsdk-api-endpoint-overrides-storage cloudsdk-python',
  'gh-host gh-config-dir vault-addr vault-agent-addr vault-cacert vault-skip-verify vault-namespace bao-addr',
  'tf-cli-args tf-cli-config-file tf-plugin-cache-dir tf-data-dir terraform-config ansible-config',
  'makeflags makefiles cc cxx ld ldflags cflags cxxflags cppflags lessopen lessclose browser sudo-askpass',
  'rustc rustc-wrapper rustflags rustdoc cargo-home cargo-build-rustc cargo-registries-x-index cargo-source-x cargo-net-offline',
  'dotnet-startup-hooks dotnet-additional-deps dotnet-shared-store coreclr-enable-profiling cor-profiler-path',
  'github-token github-env runner-temp actions-id-token-request-url input-x state-x buildpass-token',
])('would steer programs, and become none: %s', (outputs) => {
  for (const output of outputs.split(' ')) expect(vaultVariable(output), output).toBeUndefined();
});

test.for([
  'my-path path-x my-home homes my-ci cis xbash-env my-ld-preload',
  'my-http-proxy http-proxy-url my-ssl-cert-file my-node-options node-options-x node-repl my-npm-config-x npm-token',
  'my-pythonpath python my-rubyopt rubyopts my-java-home java-homes my-goflags goflags-x my-git-dir git-token',
  'my-ssh-askpass ssh-key my-github-token github',
  'my-userprofile userprofiles my-xdg-config-home xdg-configs my-kubeconfig kubeconfigs my-docker-host docker-hosts helm-plugin',
  'my-aws-profile aws-profil my-google-application-credentials google-application-credentials-x my-cloudsdk-config',
  'my-gh-host gh-hosts vault-addrs my-vault-addr my-tf-cli-args my-tf-data-dir tf-data-dirs terraform-configs my-ansible-x',
  'my-makeflags makeflagsx my-rustc rustflags-x my-cargo-home my-dotnet-startup-hooks my-coreclr-profiler cor-enable',
  'docker-password docker-username kubeconfig-token vault-token bao-token aws-account gh-token tf-var-password tf-token-x',
  'cargo-registry-token rust-token ccx my-cc ldap-password dotnet-token appdata-key xdg-token helm-token terraform-token',
])('do not, and become one: %s', (outputs) => {
  for (const output of outputs.split(' '))
    expect(vaultVariable(output)).toBe(output.toUpperCase().replaceAll('-', '_'));
});

test.for(['2fa', '0', '9-lives', 'a.b', 'a b', ''])('%j could be read by no shell, and becomes none', (output) => {
  expect(vaultVariable(output)).toBeUndefined();
});
