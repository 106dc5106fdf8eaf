// What a job is answered that asks for the first time, and with the same secret again: by what became of its request since.
import { describe, expect, it } from 'vitest';
import { buildProject, yamlText } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';
import {
  ALLOWED_NOWHERE,
  APPROVAL,
  type Asking,
  idOf,
  MINUTE,
  openRequestsWorld,
  type RequestsWorld,
} from './requests-world.ts';

const ELSEWHERE = { subject: { ref: 'refs/heads/other' } } as const;
const NOT_THIS_BRANCH =
  'The first rule wants `branch` to be release; this job has "main". Run the job on such a branch, or ask acme/platform to change the rule in shop.yaml.';

const SPENT = {
  outcome: 'unanswered',
  code: 'REQUEST_SPENT',
  message:
    'This request was answered before, and its answer cannot be given again. Ask anew with a new request_secret.',
};

/** As often as it may be in a minute. */
function refuseOften({ quota }: RequestsWorld): void {
  for (let times = 0; times < 500; times += 1) quota.countRefusal(buildSubject());
}

describe('a job of a repository that no project lists', () => {
  const STRANGER = { repositoryId: '9' };

  it('is answered as a stranger, on whatever secret, and nothing is written down', async () => {
    const world = await openRequestsWorld();
    await world.ask();
    const before = await world.entries();
    world.called.length = 0;
    for (const secret of [undefined, null, 'another'] as const) {
      const asking = secret === undefined ? {} : { secret };
      expect(await world.ask({ ...asking, subject: STRANGER })).toEqual({
        outcome: 'stranger',
        requestId: expect.stringMatching(/^req_/),
      });
    }
    expect(await world.entries()).toEqual(before);
    expect(world.called).toEqual([]);
  });
});

describe('a job that asks of a project that does not exist', () => {
  it('is a stranger there', async () => {
    const world = await openRequestsWorld();
    expect((await world.ask({ ask: { project: 'nowhere' } })).outcome).toBe('stranger');
  });
});

describe('a job of the project', () => {
  it.each<[string, Asking]>([
    ['is permitted', {}],
    ['is refused', ELSEWHERE],
  ])('has its names looked at where it %s', async (_what, asking) => {
    const world = await openRequestsWorld();
    await world.ask(asking);
    expect(world.called).toEqual(['names shop acme/shop']);
  });
});

describe('a repository that was refused too often', () => {
  const TOO_OFTEN = {
    outcome: 'unanswered',
    code: 'RATE_LIMITED',
    message:
      'This repository has been refused more often than this broker lets one repository. Ask again in 1 s, with a fresh token.',
    retryAfter: 1,
  };

  it('is told so in the place of one more refusal, and nothing is written down', async () => {
    const world = await openRequestsWorld();
    refuseOften(world);
    expect(await world.ask(ELSEWHERE)).toEqual(TOO_OFTEN);
    expect(await world.entries()).toEqual([]);
  });

  it('is told so of a secret that is not its own', async () => {
    const world = await openRequestsWorld();
    await world.ask();
    refuseOften(world);
    const before = await world.types();
    expect(await world.ask({ ask: { reason: 'other' } })).toEqual(TOO_OFTEN);
    expect(await world.types()).toEqual(before);
  });

  it('has what the policy permits all the same', async () => {
    const world = await openRequestsWorld();
    refuseOften(world);
    expect((await world.ask()).outcome).toBe('issued');
    const asks = await openRequestsWorld({ entitlement: APPROVAL });
    refuseOften(asks);
    expect((await asks.ask()).outcome).toBe('pending');
  });
});

describe('a secret that leads to another ask', () => {
  const MISMATCH = {
    outcome: 'unanswered',
    code: 'REQUEST_MISMATCH',
    message:
      'This request_secret was used with another scope, ttl, reason, ticket or assisted_by. Repeat an ask unchanged, or make a new request_secret.',
  };
  const ANOTHER_JOB = {
    outcome: 'unanswered',
    code: 'REQUEST_OF_ANOTHER_JOB',
    message:
      'This request_secret belongs to a request of another job. Make a new random one for every ask, and keep it inside the job.',
  };
  const owned = { owner: 'acme/platform', 'may-offer': [{ kind: 'jwt', audiences: ['https://previews.example.com'] }] };
  const policy = {
    organization: { projects: { shop: owned, other: owned } },
    files: { 'other.yaml': yamlText(buildProject({ project: 'other' })) },
  };

  it.each<[string, Asking, object]>([
    ['another job', { subject: { checkRunId: '7' } }, ANOTHER_JOB],
    ['another job and another reason', { subject: { checkRunId: '7' }, ask: { reason: 'x' } }, ANOTHER_JOB],
    ['another project', { ask: { project: 'other' } }, MISMATCH],
    ['another entitlement', { entitlement: 'deploy' }, MISMATCH],
    ['another ttl', { ask: { ttl: 120 } }, MISMATCH],
    ['a reason', { ask: { reason: 'x' } }, MISMATCH],
    ['a ticket', { ask: { ticket: 'x' } }, MISMATCH],
    ['a program that prepared it', { ask: { assistedBy: 'x' } }, MISMATCH],
  ])('by %s gets nothing, and is on record once', async (_what, asking, answer) => {
    const world = await openRequestsWorld({ policy });
    await world.ask();
    for (let times = 0; times < 2; times += 1) expect(await world.ask(asking)).toEqual(answer);
    expect(await world.types()).toEqual([
      ...['request.decided', 'issuance.started', 'issuance.succeeded'],
      'request.misused',
    ]);
  });

  it('is that ask where all is said again as it was', async () => {
    const world = await openRequestsWorld();
    const ask = { ttl: 120, reason: 'r', ticket: 't', assistedBy: 'a' };
    await world.ask({ ask });
    expect((await world.ask({ ask })).outcome).toBe('redelivered');
  });

  it('is another ask where what was one word is another', async () => {
    const world = await openRequestsWorld();
    await world.ask({ ask: { reason: 'x' } });
    expect(await world.ask({ ask: { ticket: 'x' } })).toEqual(MISMATCH);
    expect(await world.ask({ ask: { assistedBy: 'x' } })).toEqual(MISMATCH);
  });
});

describe('a request that was refused', () => {
  it('is answered as it was, also where the policy permits it by now', async () => {
    const world = await openRequestsWorld({ policy: ALLOWED_NOWHERE });
    const first = await world.ask();
    expect(first).toMatchObject({ outcome: 'refused', summary: NOT_THIS_BRANCH, disclosure: 'full' });
    world.putInForce({});
    expect(await world.ask()).toEqual(first);
    expect(await world.types()).toEqual(['request.decided']);
  });

  it.each<['private' | 'public', 'private' | 'public']>([
    ['private', 'public'],
    ['public', 'private'],
    ['public', 'public'],
  ])('tells codes alone where its repository was %s and is %s', async (then, now) => {
    const world = await openRequestsWorld({ policy: ALLOWED_NOWHERE });
    await world.ask({ subject: { repositoryVisibility: then } });
    expect(await world.ask({ subject: { repositoryVisibility: now } })).toMatchObject({ disclosure: 'codes' });
  });
});

describe('a request that waits for people', () => {
  const waiting = async () => {
    const world = await openRequestsWorld({ entitlement: APPROVAL });
    return { world, first: await world.ask() };
  };

  it('goes on waiting', async () => {
    const { world, first } = await waiting();
    expect(first).toEqual({
      ...{ outcome: 'pending', requestId: expect.stringMatching(/^req_/), requestSecret: undefined },
      expiresIn: 600,
    });
    world.time.now += 1_500;
    expect(await world.ask()).toEqual({ ...first, expiresIn: 598 });
    expect(await world.types()).toEqual(['request.pending']);
  });

  it('is issued once they agreed', async () => {
    const { world, first } = await waiting();
    await world.decide(first, 'approve');
    expect(await world.ask()).toMatchObject({ outcome: 'issued', granted: { grant: { assurance: 'approved' } } });
  });

  it('is issued without them where the policy permits it by now', async () => {
    const { world, first } = await waiting();
    world.putInForce({});
    expect(await world.ask()).toMatchObject({ outcome: 'issued', granted: { grant: { requestId: idOf(first) } } });
    expect((await world.types()).slice(0, 3)).toEqual(['request.pending', 'approval.void', 'request.decided']);
  });

  it('is refused where the policy has nothing for it any more, also after they agreed', async () => {
    for (const isApproved of [false, true]) {
      const { world, first } = await waiting();
      if (isApproved) await world.decide(first, 'approve');
      world.putInForce(ALLOWED_NOWHERE);
      expect(await world.ask()).toMatchObject({ outcome: 'refused', requestId: idOf(first), summary: NOT_THIS_BRANCH });
      expect((await world.types()).slice(-2)).toEqual(['approval.void', 'request.decided']);
    }
  });

  it.each(['private', 'public'] as const)(
    'tells a %s repository why it ended, as far as its log may show it',
    async (now) => {
      const { world } = await waiting();
      world.time.now += 10 * MINUTE;
      const subject = { repositoryVisibility: now };
      const expected = { outcome: 'refused', disclosure: now === 'public' ? 'codes' : 'full' };
      expect(await world.ask({ subject })).toMatchObject(expected);
      expect(await world.ask({ subject })).toMatchObject({ ...expected, reasons: [{ code: 'APPROVAL_EXPIRED' }] });
    },
  );
});

describe('a request that is being issued', () => {
  it('is answered in a moment', async () => {
    const world = await openRequestsWorld({ signed: 'elsewhere' });
    await world.ask();
    expect(await world.ask()).toEqual({
      outcome: 'unanswered',
      code: 'ISSUANCE_IN_PROGRESS',
      message: 'The credential of this request is being issued. Ask again in a moment with the same request_secret.',
      retryAfter: 2,
    });
  });
});

describe('a request that was issued', () => {
  it('is answered with the same credential', async () => {
    const world = await openRequestsWorld();
    const first = await world.ask();
    const again = await world.ask();
    if (first.outcome !== 'issued' || again.outcome !== 'redelivered') throw new Error(again.outcome);
    expect(again.again.credential.accessToken.reveal()).toBe(first.recorded.credential.accessToken.reveal());
    expect([again.again.scope, again.entryIndex]).toEqual(['shop/preview', 2]);
  });

  it('is spent where the policy is another by now', async () => {
    const world = await openRequestsWorld();
    await world.ask();
    world.putInForce({ entitlement: { title: 'Another title' } });
    expect(await world.ask()).toEqual(SPENT);
  });

  it('is refused where the policy has nothing for it any more, and stays issued', async () => {
    const world = await openRequestsWorld();
    await world.ask();
    world.putInForce(ALLOWED_NOWHERE);
    const refused = await world.ask();
    expect(refused).toMatchObject({ outcome: 'refused', summary: NOT_THIS_BRANCH });
    expect((await world.request(idOf(refused)))?.state).toBe('issued');
  });
});

describe('a request whose issuing came to nothing', () => {
  it('is decided anew where it failed', async () => {
    const world = await openRequestsWorld({ signed: 'elsewhere' });
    const first = await world.ask();
    const id = 'granted' in first ? first.granted.grant.requestId : '';
    await world.setState(id, 'failed');
    expect(await world.ask()).toMatchObject({ outcome: 'started', granted: { grant: { requestId: id } } });
  });

  it('is spent where nobody knows what came of it', async () => {
    const world = await openRequestsWorld({ signed: 'elsewhere' });
    const first = await world.ask();
    await world.setState('granted' in first ? first.granted.grant.requestId : '', 'unknown');
    expect(await world.ask()).toEqual(SPENT);
  });
});
