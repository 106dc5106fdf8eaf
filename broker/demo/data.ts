// The demo's data directory: a configuration like a real one, policies to play with, keys and a marked store. What is there
// from an earlier start is kept, but for the configuration, whose issuer has a new address each time.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface DemoData {
  readonly directory: string;
  readonly configFile: string;
  /** true where this start made the store */
  readonly fresh: boolean;
}

const POLICIES = fileURLToPath(new URL('./policies', import.meta.url));

export function prepareDemoData(directory: string, { url, issuerUrl }: { url: string; issuerUrl: string }): DemoData {
  mkdirSync(directory, { recursive: true });
  const policies = join(directory, 'policies');
  if (!existsSync(policies)) cpSync(POLICIES, policies, { recursive: true });
  const configFile = join(directory, 'buildpass.yaml');
  writeFileSync(configFile, configuration(url, issuerUrl));
  return { directory, configFile, fresh: !existsSync(join(directory, 'buildpass.db')) };
}

function configuration(url: string, issuerUrl: string): string {
  const { hostname, port } = new URL(url);
  return `# Written by the demo at each start; a real broker's configuration is yours to write (docs/configuration.md).
url: ${url}
listen: { host: ${hostname}, port: ${port} }
store: sqlite:./buildpass.db
policies: { directory: ./policies }
issuers:
  demo: { kind: github, url: ${issuerUrl}, owners: { acme: "1001" } }
roles: { security: [acme/security], operators: [acme/platform] }
keys: { encryption-key-file: ./kek }
log: { anchor-file: ./anchor }
`;
}
