// The commands that the demo's pages name, as they are typed in a clone.

export interface DemoCommands {
  readonly verify: string;
  readonly show: string;
  readonly showRequest: (id: string) => string;
}

export function demoCommands(configFile: string): DemoCommands {
  const command = (name: string): string => `npm run -s buildpass -- ${name} --config ${configFile}`;
  const show = command('log show');
  return { verify: command('log verify'), show, showRequest: (id) => `${show} --request ${id}` };
}
