// Stands in the bundle for undici, which @actions packages import for Octokit and for dispatchers of `fetch`. The action
// uses neither (its requests, and those of getIDToken, go through node:https and the tunnel of @actions/http-client, which
// is what obeys proxies), and loading undici would take more time than everything else together.
const leftOut = (name: string): Error =>
  new Error(`undici's ${name} is left out of this bundle (action/rolldown.config.ts)`);

export class ProxyAgent {
  constructor() {
    throw leftOut('ProxyAgent');
  }
}

export function fetch(): never {
  throw leftOut('fetch');
}
