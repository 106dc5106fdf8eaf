// Every write, failed and failed-but-happened: each story is told again and again, with its first commit going wrong, then its
// second, until it passes unharmed. Whatever went wrong, at the end all that must hold holds.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Fault, type FaultAt, FaultyStore } from '../support/faulty-store.ts';
import { filesMatching, readSource } from '../support/source-tree.ts';
import { TestBroker } from '../support/test-broker.ts';
import { Round, type World } from './round.ts';
import { STORIES, type Story } from './stories.ts';

const FAULTS: readonly Fault[] = ['failed', 'failed but happened'];

async function worldOf(story: Story): Promise<World> {
  const [store, time] = [new FaultyStore(), { now: Date.now() }];
  const clock = { now: () => time.now };
  const options = { background: 'by-hand', openStore: store.open, clock, ...(await story.options?.()) } as const;
  return {
    broker: await TestBroker.start(options),
    store,
    time,
    handed: new Map(),
    running: true,
    rounds: 0,
    answersLost: 0,
  };
}

/** Tells a story with these of its commits going wrong, and says how many it made. */
async function tell(world: World, story: Story, ...faults: readonly FaultAt[]): Promise<number> {
  const round = new Round(world);
  world.store.arm();
  await story.prepare?.(round);
  world.store.arm(...faults);
  // What the story sees of the fault is its own affair; what is left of it is ours.
  await story.act(round).catch(() => undefined);
  const { commits } = world.store;
  world.store.arm();
  await story.settle?.(round);
  await round.end();
  return commits;
}

describe.each(Object.entries(STORIES))('%s', (_name, story) => {
  let world: World;
  beforeAll(async () => {
    world = await worldOf(story);
  });
  afterAll(() => world.broker.close());

  it.each(FAULTS)('leaves nothing wrong behind, whichever commit %s', { timeout: 60_000 }, async (kind) => {
    let at = 1;
    while ((await tell(world, story, { at, kind })) >= at) at += 1;
    expect(at, 'a story makes one commit at least').toBeGreaterThan(1);
  });
});

describe('two commits that go wrong', () => {
  it.each(FAULTS.flatMap((first) => FAULTS.map((second) => ({ first, second }))))(
    'the earlier $first and the later $second, leave nothing wrong behind of an issuance upstream',
    { timeout: 60_000 },
    async ({ first, second }) => {
      const story = STORIES['a credential of another system'] as Story;
      const world = await worldOf(story);
      onTestFinished(() => world.broker.close());
      for (let later = 2; later <= 6; later += 1)
        for (let earlier = 1; earlier < later; earlier += 1)
          await tell(world, story, { at: earlier, kind: first }, { at: later, kind: second });
    },
  );
});

describe('the stories', () => {
  it('make every commit that there is in the broker', { timeout: 120_000 }, async () => {
    const made = new Set<string>();
    const shared = await worldOf({ act: async () => undefined });
    onTestFinished(() => shared.broker.close());
    for (const story of Object.values(STORIES)) {
      const world = story.options === undefined ? shared : await worldOf(story);
      await tell(world, story);
      for (const site of world.store.sites) made.add(site);
      if (world !== shared) await world.broker.close();
    }
    expect([...made].sort()).toEqual(commitsInSource().sort());
  });
});

/** As `issuance/leases.ts:31`. */
function commitsInSource(): string[] {
  return filesMatching(/^broker\/(?!store\/|telemetry\/).*\.ts$/).flatMap((file) =>
    readSource(file)
      .split('\n')
      .flatMap((line, at) => (/\bstore\.commit\(/.test(line) ? [`${file.replace('broker/', '')}:${at + 1}`] : [])),
  );
}
