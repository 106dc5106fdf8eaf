#!/usr/bin/env node
// The verifier by itself: `node broker/verifier/main.ts DIR [--key KEY] [--since FILE]` verifies an exported log, offline, with
// nothing but this folder, `shared/` and Node. The broker's own `log verify` goes through the same code.
import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import { openDirectory } from './directory-source.ts';
import { reportJson, reportWords, scopeOf } from './report-words.ts';
import { type Kept, KeptRefused, trustOf } from './trust.ts';
import { verifyLog } from './verify-log.ts';

const USAGE = 'usage: node broker/verifier/main.ts DIR [--key KEY] [--since FILE] [--json]';

class UsedWrongly extends Error {}

/** 0 the log holds · 1 it does not, or cannot be read · 2 used wrongly. */
async function main(words: readonly string[]): Promise<0 | 1 | 2> {
  try {
    const { directory, json, key, since } = ask(words);
    const source = openDirectory(directory);
    const own = key === undefined ? await source.keys() : [];
    const trust = trustOf({ pinned: key, own, kept: since });
    const report = await verifyLog(source, trust);
    process.stdout.write(`${(json ? reportJson : reportWords)({ report, trust, checked: scopeOf(source) })}\n`);
    return report.problems.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof UsedWrongly || error instanceof KeptRefused ? 2 : 1;
  }
}

function ask(words: readonly string[]) {
  const options = { key: { type: 'string' }, since: { type: 'string' }, json: { type: 'boolean' } } as const;
  return orWrong(() => {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
    const [directory, ...more] = positionals;
    if (directory === undefined || more.length > 0) throw new Error(USAGE);
    if (!statSync(directory).isDirectory()) throw new Error(`${directory} is no directory`);
    const { key, since, json = false } = values;
    return { directory, json, key: key === undefined ? undefined : parseVerifierKey(key), since: keptIn(since) };
  });
}

const keptIn = (file: string | undefined): readonly Kept[] =>
  file === undefined ? [] : [{ what: file, text: readFileSync(file, 'utf8') }];

function orWrong<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new UsedWrongly((cause as Error).message, { cause });
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
