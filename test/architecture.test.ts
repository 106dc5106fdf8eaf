// Keeps the shape of the house: who may import whom, which module may touch what, and that nothing happens at import.
import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AREAS } from './support/areas.ts';
import { filesMatching, type Import, importsOf, ROOT, readSource } from './support/source-tree.ts';

const SOURCES = filesMatching(/^(shared|action|broker)\/.*\.tsx?$/);
/** Run in a browser, out of their bundle. */
const IN_BROWSER = /^broker\/portal\/(?!vite\.config)/;
const areaOf = (file: string): (typeof AREAS)[number] | undefined => AREAS.find(({ files }) => files.test(file));

describe('who may import whom', () => {
  it('every source file belongs to an area', () => {
    expect(SOURCES.filter((file) => areaOf(file) === undefined)).toEqual([]);
  });

  it.each(AREAS)('$name imports only what it may', ({ name, mayImport }) => {
    const may = new Set(mayImport.split(' '));
    const allowed = ({ to, typeOnly }: Import): boolean => {
      const target = areaOf(to)?.name ?? to;
      return target === name || may.has('*') || may.has(target) || (typeOnly && may.has(`types:${target}`));
    };
    const files = SOURCES.filter((file) => areaOf(file)?.name === name);
    const own = files.flatMap(importsOf).filter((one) => one.own);
    expect(own.filter((one) => !allowed(one)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('there are no circles, not even of types', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): string[] => {
      if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(' → ')];
      if (done.has(file)) return [];
      done.add(file);
      const needed = importsOf(file).filter(({ own }) => own);
      return needed.flatMap(({ to }) => visit(to, [...path, file]));
    };
    expect(SOURCES.flatMap((file) => visit(file, []))).toEqual([]);
  });

  it('every form of import is seen', () => {
    const seen = (file: string) => importsOf(file).map(({ to, typeOnly }) => `${typeOnly ? 'type ' : ''}${to}`);
    expect(seen('broker/config.ts')).toEqual(
      expect.arrayContaining(['node:path', 'broker/errors.ts', 'type broker/identity/trusted-issuers.ts']),
    );
    expect(seen('broker/cli/commands.ts')).toEqual(
      expect.arrayContaining(['type broker/cli/command.ts', 'broker/cli/request.ts']),
    );
    expect(seen('broker/policy/load-policy.ts')).toEqual(
      expect.arrayContaining(['type broker/policy/assemble-set.ts', 'broker/policy/policy-set.ts']),
    );
  });
});

/** What only some files may use. A line of comment does not count. */
const RESERVED: readonly { what: string; text: RegExp; only: RegExp }[] = [
  // A secret leaves its wrapper where it is sent, hashed, sealed, signed with or blotted out, and nowhere else (P6).
  {
    what: 'the value of a Secret',
    text: /\.reveal\(/,
    only: /^(action\/|broker\/(http\/send-token|notify\/(webhook|slack|email)|open\/notify|sign-in\/(attempts|oidc-sign-in|github-sign-in|github-api)|github\/ask-api|requests\/ask-context|issuance\/sealed-answer|keys\/.*|providers\/.*|telemetry\/logger)\.ts)/,
  },
  {
    what: 'the time',
    text: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bhrtime\b/,
    only: /^(action\/|broker\/clock\.ts|broker\/portal\/clock\.ts)/,
  },
  {
    what: 'randomness',
    text: /\bMath\.random\(|\brandom(Bytes|UUID|Int)\b|\bgetRandomValues\b/,
    only: /^(action\/|broker\/clock\.ts|broker\/demo\/)/,
  },
  { what: 'the environment', text: /\bprocess\.env\b/, only: /^(action\/|broker\/(main|config)\.ts|broker\/demo\/)/ },
  { what: 'the end of the process', text: /\bprocess\.exit\(/, only: /^(action\/|broker\/main\.ts)/ },
  // What the broker asks of others has its address checked in one place. The others are clients of a broker, run by hand.
  {
    what: 'fetch',
    text: /(?<![-/\w])fetch\b|\bnew (WebSocket|EventSource)\b/,
    // GitHub's client takes our way of asking under that name.
    only: /^(action\/|broker\/(cli|demo)\/|broker\/log\/published\.ts|broker\/portal\/data\/ask\.ts|broker\/providers\/ask-github\.ts)/,
  },
  {
    what: 'connections of its own',
    text: /^import (?!type)[^;]*\b(request|get|connect|createConnection|Socket|Agent|lookup|resolve\w*)\b[^;]* from 'node:(http2?|https|net|tls|dns|dgram)(\/promises)?'/m,
    only: /^(action\/|broker\/(upstream\/(fetch|lookup|socket)|cli\/ask-control)\.ts)/,
  },
  { what: 'the console', text: /\bconsole\./, only: /^$/ },
];

/** Packages, and the parts of Node that reach outside, with the areas that may. */
const PACKAGES: readonly { packages: RegExp; only: string }[] = [
  { packages: /^@actions\//, only: 'action' },
  { packages: /^(express|helmet)$/, only: 'http composition' },
  { packages: /^(preact|vite)$/, only: 'portal' },
  { packages: /^(kysely|node:sqlite)$/, only: 'store' },
  { packages: /^(openid-client|@simplewebauthn\/server)$/, only: 'sign-in' },
  { packages: /^pino$/, only: 'telemetry' },
  { packages: /^nodemailer$/, only: 'notify' },
  { packages: /^@octokit\//, only: 'providers' },
  { packages: /^yaml$/, only: 'yaml policy-pins policy-import composition' },
  { packages: /^jose$/, only: 'keys providers composition' },
  { packages: /^node:fs/, only: 'action config policy-sources store log verifier http portal composition' },
  {
    packages: /^node:(net|tls|dns|http|https|http2|dgram)$/,
    only: 'action upstream notify http config composition',
  },
  { packages: /^node:(child_process|worker_threads|cluster|vm)$/, only: 'composition' },
];

/** Areas that use nothing but Node itself, and what of `shared/` they reach does neither. */
const WITHOUT_PACKAGES = ['verifier'];

const withoutComments = (text: string): string => text.replace(/^\s*(\/\/|\/?\*).*$/gm, '');

describe('what only some may touch', () => {
  it.each(RESERVED)('$what', ({ text, only }) => {
    const users = SOURCES.filter((file) => text.test(withoutComments(readSource(file))));
    expect(users.filter((file) => !only.test(file))).toEqual([]);
  });

  it.each(PACKAGES)('$packages', ({ packages, only }) => {
    const uses = SOURCES.flatMap(importsOf).filter(({ to, own, typeOnly }) => !own && !typeOnly && packages.test(to));
    const outside = uses.filter(({ from }) => !only.split(' ').includes(areaOf(from)?.name ?? ''));
    expect(outside.map(({ from, to }) => `${from} uses ${to}`)).toEqual([]);
  });
});

describe('what runs without anything installed', () => {
  const reached = (file: string, met: Set<string>): Set<string> => {
    if (met.has(file)) return met;
    met.add(file);
    for (const { to, own, typeOnly } of importsOf(file)) if (own && !typeOnly) reached(to, met);
    return met;
  };

  it.each(WITHOUT_PACKAGES)('%s reaches no package', (name) => {
    const own = SOURCES.filter((file) => areaOf(file)?.name === name);
    const all = [...own.reduce((met, file) => reached(file, met), new Set<string>())];
    const packages = all.flatMap(importsOf).filter(({ to, own: ours }) => !ours && !to.startsWith('node:'));
    expect(all.length).toBeGreaterThan(own.length);
    expect(packages.map(({ from, to }) => `${from} uses ${to}`)).toEqual([]);
  });
});

describe('how a file is', () => {
  const files = filesMatching(/\.tsx?$/);

  it('at most 300 lines', () => {
    expect(files.filter((file) => readSource(file).trimEnd().split('\n').length > 300)).toEqual([]);
  });

  it('opens with what it is for', () => {
    const opening = (file: string): string =>
      readSource(file)
        .replace(/^#!.*\n/, '')
        .slice(0, 3);
    expect(SOURCES.filter((file) => opening(file) !== '// ')).toEqual([]);
  });

  it('has a name that says something', () => {
    expect(files.filter((file) => /^(.*-)?(utils?|helpers?|common|misc|manager)\b/.test(basename(file)))).toEqual([]);
  });
});

/** Started by the runner, not imported by anybody. */
const ENTRIES = [
  'action/main.ts',
  'action/post.ts',
  'action/rolldown.config.ts',
  'broker/portal/main.tsx',
  'broker/portal/vite.config.ts',
];

describe('nothing runs at import', () => {
  it('importing every module prints nothing, opens nothing and starts no timer', async () => {
    const modules = SOURCES.filter((file) => !ENTRIES.includes(file) && !IN_BROWSER.test(file)).map(
      (file) => pathToFileURL(join(ROOT, file)).href,
    );
    // Standard streams are opened by the first look at them, which libraries take.
    const script = `const before = [process.stdout, process.stderr, ...process.getActiveResourcesInfo()];
      for (const module of ${JSON.stringify(modules)}) await import(module);
      const left = process.getActiveResourcesInfo().filter((one) => !before.includes(one));
      process.stdout.write('left: ' + JSON.stringify(left));`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: ROOT,
      env: {},
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'left: []', stderr: '' });
  });

  it('no module keeps state of its own that changes', () => {
    const changing = /^(export )?(let|var)\b|^(export )?const \w+(: [^=]+)? = new (Map|Set|Array)(<[^>]*>)?\(\)/m;
    expect(SOURCES.filter((file) => !ENTRIES.includes(file) && changing.test(readSource(file)))).toEqual([]);
  });
});
