// The environment variable of a value of a vault: its output's name in upper case, `_` for `-`. Some variables don't inform programs
// but steer them (what they load, where they connect, which file they run): a secret must not become one of those by its name.

const STEERING: readonly RegExp[] = [
  /^(PATH|PATHEXT|HOME|SHELL|COMSPEC|ENV|IFS|CDPATH|TMP|TEMP|TMPDIR|EDITOR|VISUAL|PAGER|PROMPT_COMMAND|CI)$/,
  /^(BASH|LD|DYLD)_/,
  /^(HTTP|HTTPS|FTP|ALL|NO)_PROXY$/,
  /^(SSL_CERT|CURL_CA|REQUESTS_CA|AWS_CA)_/,
  /^NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|REPL_.*)$/,
  /^(NPM|YARN|PIP)_(CONFIG|INDEX|EXTRA|REGISTRY)/,
  /^(PYTHON[A-Z]|PERL5|RUBY(OPT|LIB)$|GEM_|BUNDLE_|LUA_)/,
  /^(JAVA_HOME|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|MAVEN_(OPTS|ARGS)|GRADLE_OPTS)$/,
  /^GO(FLAGS|PROXY|ROOT|PATH|ENV|SUMDB|NOSUMDB|INSECURE)$/,
  /^GIT_(SSH|CONFIG|EXEC|ASKPASS|PROXY|EDITOR|PAGER|EXTERNAL|DIR|WORK|TEMPLATE|SEQUENCE|SSL)/,
  /^SSH_(ASKPASS|AUTH_SOCK)/,
  // What is at home on Windows, and where its shell looks for modules.
  /^(USERPROFILE|HOMEDRIVE|HOMEPATH|(LOCAL)?APPDATA|PROGRAMDATA|SYSTEMROOT|WINDIR|PSMODULEPATH)$/,
  /^XDG_(CONFIG|DATA|CACHE|RUNTIME)_/,
  // A file of kubectl may name a program; the others lead a client, with what it knows, to another server.
  /^(KUBECONFIG|DOCKER_(HOST|CONFIG|CONTEXT|CERT_PATH|TLS_VERIFY)|HELM_(PLUGINS|CONFIG_HOME))$/,
  /^AWS_(ENDPOINT_URL|CONFIG_FILE|SHARED_CREDENTIALS_FILE|PROFILE|WEB_IDENTITY_TOKEN_FILE|CONTAINER_)/,
  /^(GOOGLE_APPLICATION_CREDENTIALS|CLOUDSDK_(CONFIG|API_ENDPOINT_OVERRIDES|PYTHON|AUTH_CREDENTIAL_FILE_OVERRIDE).*)$/,
  /^(GH_(HOST|CONFIG_DIR)|(VAULT|BAO)_(ADDR|AGENT_ADDR|CACERT|CAPATH|SKIP_VERIFY|NAMESPACE))$/,
  /^(TF_CLI_|TF_PLUGIN|TF_DATA_DIR$|TERRAFORM_CONFIG$|ANSIBLE_)/,
  /^(MAKEFLAGS|MAKEFILES|CC|CXX|LD|LDFLAGS|CFLAGS|CXXFLAGS|CPPFLAGS|LESSOPEN|LESSCLOSE|BROWSER|SUDO_ASKPASS)$/,
  /^(RUSTC|RUSTFLAGS$|RUSTDOC|CARGO_(HOME|BUILD|TARGET|REGISTRIES|SOURCE|NET|HTTP))/,
  /^(DOTNET_(STARTUP_HOOKS|ADDITIONAL_DEPS|SHARED_STORE)|(CORECLR|COR)_(ENABLE_PROFILING|PROFILER))/,
  // The runner's, GitHub's and our own.
  /^(GITHUB|RUNNER|ACTIONS|INPUT|STATE|BUILDPASS)_/,
];

/** Undefined where no shell could read it, or where it would steer programs. */
export function vaultVariable(output: string): string | undefined {
  const name = output.toUpperCase().replaceAll('-', '_');
  const readable = /^[A-Z_][A-Z0-9_]*$/.test(name);
  return readable && !STEERING.some((form) => form.test(name)) ? name : undefined;
}
