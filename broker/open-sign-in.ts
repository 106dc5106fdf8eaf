// The sign-in providers of a start: those of the configuration, and the demo's people where the demo hands them in.
import type { BrokerOptions } from './broker.ts';
import type { Entropy } from './clock.ts';
import { createDemoSignIn, type DemoSignIn } from './sign-in/demo-people.ts';
import type { SignInProvider } from './sign-in/provider.ts';

export interface OpenSignIn {
  readonly signInProviders: readonly SignInProvider[];
  /** A link that signs one of the demo's people in, once. */
  demoLink(name: string): string;
}

export function openSignIn({ config, demoPeople }: BrokerOptions, entropy: Entropy): OpenSignIn {
  const issuer = config.issuers[0]?.name ?? '';
  const demo = demoPeople === undefined ? undefined : createDemoSignIn(demoPeople, issuer, entropy);
  return {
    signInProviders: demo === undefined ? [] : [demo],
    demoLink: (name) => `${config.url}${linkOf(demo, name)}`,
  };
}

function linkOf(demo: DemoSignIn | undefined, name: string): string {
  if (demo === undefined) throw new Error('this broker was started without demo people');
  return demo.linkFor(name);
}
