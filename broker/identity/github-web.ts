// Where the pages of a GitHub are, from the address of its token service: for links that people follow, never for a decision.

/** @returns such as `https://github.com`; undefined for an address that is none of GitHub's forms */
export function githubWebOf(issuerUrl: string): string | undefined {
  const { protocol, host, hostname, pathname } = new URL(issuerUrl);
  if (hostname === 'token.actions.githubusercontent.com') return 'https://github.com';
  const tenant = /^token\.actions\.([a-z0-9-]+\.ghe\.com)$/.exec(hostname)?.[1];
  if (tenant !== undefined) return `https://${tenant}`;
  // GitHub Enterprise Server has both under one name.
  return pathname.startsWith('/_services/token') ? `${protocol}//${host}` : undefined;
}
