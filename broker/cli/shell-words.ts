// Commands as a POSIX shell takes them: each word comes out of the shell as it went in, whatever is in it.

const PLAIN = /^[A-Za-z0-9_./:=@%+-]+$/;

export function shellWord(word: string): string {
  const [, option = '', value = word] = /^(--[a-z-]+=)(.*)$/s.exec(word) ?? [];
  return PLAIN.test(word) ? word : `${option}'${value.replaceAll("'", `'\\''`)}'`;
}

const LINE_CHARACTERS = 100;

/** On one line where it fits, else with an option a line. */
export function shellCommand(argv: readonly string[]): string {
  const whole = argv.map(shellWord).join(' ');
  if (whole.length <= LINE_CHARACTERS) return whole;
  const lines: string[][] = [[]];
  for (const word of argv) {
    if (word.startsWith('--')) lines.push([]);
    lines.at(-1)?.push(shellWord(word));
  }
  return lines.map((line) => line.join(' ')).join(' \\\n  ');
}

/** With what it reads, taken as it is: nothing in it is expanded. */
export function withInput(command: string, input: string): string {
  const lines = input.split('\n');
  let end = 'EOF';
  while (lines.includes(end)) end += '_';
  return `${command} <<'${end}'\n${input.replace(/\n$/, '')}\n${end}`;
}
