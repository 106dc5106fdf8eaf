// `policy reload`: tells the running broker to load its policy directory again, waits for it, and says what came of it.
import { join } from 'node:path';
import { z } from 'zod';
import { inertJson } from '../../shared/invisible.ts';
import { loadConfig } from '../config.ts';
import { type Finding, formatFinding } from '../yaml/strict-yaml.ts';
import { askControl, understood } from './ask-control.ts';
import type { Command } from './command.ts';

const place = z.int().min(1);
const findings = z.array(
  z.object({ file: z.string(), line: place, column: place, key: z.string(), message: z.string() }),
);
const reloadedSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('in-force'),
    changed: z.boolean(),
    digest: z.string().regex(/^[0-9a-f]{64}$/),
    warnings: findings,
  }),
  z.object({ outcome: z.literal('refused'), findings }),
]);

export const command: Command = {
  name: 'policy reload',
  summary: 'have the running broker load its policies again, and say what came of it',
  usage: 'policy reload',
  about:
    'The directory of the configuration is loaded whole or not at all, as on SIGHUP. Exits 0 once it is in force, changed or not, and 1 where it is refused: the last good policies stay in force then. Asks over the socket <store>.sock, which only the user that runs `serve` may open. `policy check` says the same before anything is put there.',
  examples: ['buildpass policy reload --config buildpass.yaml'],
  options: {},
  async run({ io, configFile, json }) {
    const { store, policies } = await loadConfig(configFile);
    const otherwise = ' A start loads the policies by itself';
    const answer = await askControl(store.path, 'POST /policy/reload', { otherwise });
    const reloaded = understood(reloadedSchema, answer);
    if (json) io.out(inertJson(reloaded));
    else for (const line of asText(reloaded, policies.directory)) io.out(line);
    return reloaded.outcome === 'in-force' ? 0 : 1;
  },
};

function asText(reloaded: z.output<typeof reloadedSchema>, directory: string): string[] {
  const lines = (found: readonly Finding[], mark = ''): string[] =>
    found.map((one) => formatFinding({ ...one, file: join(directory, one.file), message: `${mark}${one.message}` }));
  if (reloaded.outcome === 'refused')
    return [...lines(reloaded.findings), 'Refused: nothing of it is in force, the last good policies stay.'];
  const { changed, digest, warnings } = reloaded;
  return [...lines(warnings, 'warning: '), `${changed ? 'In force' : 'Nothing changed'}: ${digest}.`];
}
