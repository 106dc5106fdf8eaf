// A verdict that a command line proposes: what its link says, what of a link is believed, and the code of it.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { shortCode } from '../../shared/short-code.ts';
import { proposalCode, readProposal, type VerdictProposal, writeProposal } from '../../shared/verdict-proposal.ts';

const PROPOSAL: VerdictProposal = {
  request: 'req_1',
  verdict: 'approve',
  reason: 'as agreed & read',
  binding: 'a1'.repeat(32),
  principal: 'prn_A-b_9',
  until: 1_795_000_000_000,
  nonce: 'n-_9'.repeat(4),
};
const FRAGMENT =
  `propose=approve&reason=as+agreed+%26+read&binding=${'a1'.repeat(32)}` +
  `&for=prn_A-b_9&until=1795000000000&nonce=${'n-_9'.repeat(4)}`;

/** The fragment with one of its words changed, or without it. */
function fragmentWith(name: string, value?: string): string {
  const parameters = new URLSearchParams(FRAGMENT);
  if (value === undefined) parameters.delete(name);
  else parameters.set(name, value);
  return parameters.toString();
}

describe('the link of a proposed verdict', () => {
  it('says all of it but the request, whose page it leads to', () => {
    expect(writeProposal(PROPOSAL)).toBe(FRAGMENT);
  });

  it.each([FRAGMENT, `#${FRAGMENT}`])('is read as it was written: %s', (fragment) => {
    expect(readProposal('req_1', fragment)).toEqual(PROPOSAL);
  });

  it('may have a # in its words that nobody escaped', () => {
    expect(readProposal('req_1', FRAGMENT.replace('as+agreed', 'as#agreed'))?.reason).toBe('as#agreed & read');
  });

  it.each([
    ['propose', 'reject', { verdict: 'reject' }],
    ['reason', '#1', { reason: '#1' }],
    ['reason', 'a'.repeat(500), { reason: 'a'.repeat(500) }],
    ['for', `prn_${'a'.repeat(96)}`, { principal: `prn_${'a'.repeat(96)}` }],
    ['for', 'prn_1', { principal: 'prn_1' }],
    ['nonce', 'n'.repeat(64), { nonce: 'n'.repeat(64) }],
  ])('may have %s as %j', (name, value, changed) => {
    expect(readProposal('req_1', fragmentWith(name, value))).toEqual({ ...PROPOSAL, ...changed });
  });

  it.each([
    ['propose', ['', 'approved', 'Approve']],
    ['reason', ['', ' ', 'a'.repeat(501), 'a\nb', 'a\u202eb']],
    ['binding', ['', 'a1'.repeat(31), `${'a1'.repeat(32)}0`, `x${'a1'.repeat(32)}`, 'A1'.repeat(32)]],
    ['for', ['', 'prn_', 'xprn_1', 'prn_1 ', 'prn_é', `prn_${'a'.repeat(97)}`]],
    ['until', ['', '179500000000', '17950000000000', 'x1795000000000', '1795000000000x', '179500000000x']],
    ['nonce', ['', 'n'.repeat(15), 'n'.repeat(65), `${'n'.repeat(16)} `, ` ${'n'.repeat(16)}`, `${'n'.repeat(16)}é`]],
  ])('is none without %s, or with a wrong one', (name, wrong) => {
    expect(readProposal('req_1', fragmentWith(name))).toBeUndefined();
    for (const value of wrong) expect(readProposal('req_1', fragmentWith(name, value)), value).toBeUndefined();
  });

  it('is none where the page has no fragment, or one of its own', () => {
    for (const fragment of ['', '#', '#timeline']) expect(readProposal('req_1', fragment)).toBeUndefined();
  });
});

describe('the code of a proposed verdict', () => {
  it('is made of the digest of all its words', async () => {
    const { request, verdict, reason, binding, principal, until, nonce } = PROPOSAL;
    const words = JSON.stringify([request, verdict, reason, binding, principal, until, nonce]);
    expect(await proposalCode(PROPOSAL)).toBe(shortCode(createHash('sha256').update(words).digest()));
  });

  it('is another one where one word is another', async () => {
    const others: readonly VerdictProposal[] = [
      PROPOSAL,
      { ...PROPOSAL, request: 'req_2' },
      { ...PROPOSAL, verdict: 'reject' },
      { ...PROPOSAL, reason: 'as agreed' },
      { ...PROPOSAL, binding: 'b1'.repeat(32) },
      { ...PROPOSAL, principal: 'prn_2' },
      { ...PROPOSAL, until: PROPOSAL.until + 1 },
      { ...PROPOSAL, nonce: 'm'.repeat(16) },
    ];
    expect(new Set(await Promise.all(others.map(proposalCode))).size).toBe(others.length);
  });
});
