// Every command by its name. Each is loaded only when it is asked for: `policy check` needs no web server.
import type { Command } from './command.ts';

export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).command,
  demo: async () => (await import('./demo.ts')).command,
  login: async () => (await import('./login.ts')).loginCommand,
  logout: async () => (await import('./login.ts')).logoutCommand,
  request: async () => (await import('./request.ts')).command,
  catalog: async () => (await import('./catalog.ts')).command,
  'policy check': async () => (await import('./policy-commands.ts')).policyCheckCommand,
  'policy explain': async () => (await import('./policy-commands.ts')).policyExplainCommand,
  'policy test': async () => (await import('./policy-commands.ts')).policyTestCommand,
  'policy schema': async () => (await import('./policy-schema.ts')).command,
  'policy pin': async () => (await import('./policy-pin.ts')).command,
  'policy diff': async () => (await import('./policy-diff.ts')).command,
  'policy import': async () => (await import('./policy-import.ts')).command,
  'policy reload': async () => (await import('./policy-reload.ts')).command,
  'policy show': async () => (await import('./policy-show.ts')).command,
  'trust aws': () => trustCommand('aws'),
  'trust gcp': () => trustCommand('gcp'),
  'trust azure': () => trustCommand('azure'),
  'trust vault': () => trustCommand('vault'),
  'trust kubernetes': () => trustCommand('kubernetes'),
  doctor: async () => (await import('./doctor.ts')).command,
  'requests list': async () => (await import('./requests.ts')).requestsListCommand,
  'requests show': async () => (await import('./requests.ts')).requestsShowCommand,
  'requests withdraw': async () => (await import('./requests.ts')).requestsWithdrawCommand,
  'requests approve': async () => (await import('./verdict.ts')).requestsApproveCommand,
  'requests reject': async () => (await import('./verdict.ts')).requestsRejectCommand,
  'leases list': async () => (await import('./leases.ts')).command,
  revoke: async () => (await import('./revoke.ts')).command,
  pause: async () => (await import('./pause.ts')).pauseCommand,
  resume: async () => (await import('./pause.ts')).resumeCommand,
  'passkeys reset': async () => (await import('./passkeys-reset.ts')).command,
  'log verify': async () => (await import('./log-verify.ts')).command,
  'log show': async () => (await import('./log-show.ts')).command,
  'log export': async () => (await import('./log-export.ts')).command,
  'log anchor': async () => (await import('./log-anchor.ts')).command,
  'keys create': async () => (await import('./keys.ts')).command,
  'keys list': async () => (await import('./keys-list.ts')).command,
  'keys rotate': async () => (await import('./keys-rotate.ts')).command,
  'keys publish': async () => (await import('./keys-publish.ts')).command,
};

async function trustCommand(system: string): Promise<Command> {
  const { trustCommands } = await import('./trust.ts');
  const command = trustCommands[system];
  if (command === undefined) throw new TypeError(`there is no trust ${system}`);
  return command;
}
