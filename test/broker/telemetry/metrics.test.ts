import { describe, expect, it } from 'vitest';
import { METRICS, type MetricDefinition } from '../../../broker/telemetry/metric-definitions.ts';
import { createMetrics } from '../../../broker/telemetry/metrics.ts';

const linesOf = async (metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> =>
  (await metrics.render()).split('\n').filter((line) => line.startsWith(name));

describe('metrics in the text format of Prometheus', () => {
  it('count by their labels', async () => {
    const metrics = createMetrics();
    for (const status of ['200', '200', '503']) metrics.count('buildpass_requests_total', 'token', status);
    expect(await linesOf(metrics, 'buildpass_requests_total')).toEqual([
      'buildpass_requests_total{route="token",status="200"} 2',
      'buildpass_requests_total{route="token",status="503"} 1',
    ]);
  });

  it('are there at 0 where they have no labels, so that they can be watched', async () => {
    expect(await linesOf(createMetrics(), 'buildpass_turns_rejected_total')).toEqual([
      'buildpass_turns_rejected_total 0',
    ]);
  });

  it('sum up in buckets, each with all that is smaller', async () => {
    const metrics = createMetrics();
    for (const units of [1, 3, 500]) metrics.observe('buildpass_commit_units', units);
    const lines = await linesOf(metrics, 'buildpass_commit_units');
    expect(lines.map((line) => line.replace('buildpass_commit_units', ''))).toEqual([
      '_bucket{le="1"} 1',
      '_bucket{le="2"} 1',
      '_bucket{le="4"} 2',
      '_bucket{le="8"} 2',
      '_bucket{le="16"} 2',
      '_bucket{le="32"} 2',
      '_bucket{le="64"} 2',
      '_bucket{le="+Inf"} 3',
      '_sum 504',
      '_count 3',
    ]);
  });

  it('ask for what is now at each scrape, and show the rest where one cannot be had', async () => {
    const metrics = createMetrics();
    let waiting = 1;
    metrics.collect((set) => set('buildpass_turns_waiting', waiting));
    metrics.collect(() => Promise.reject(new Error('no store')));
    expect(await linesOf(metrics, 'buildpass_turns_waiting')).toEqual(['buildpass_turns_waiting 1']);
    waiting = 2;
    expect(await linesOf(metrics, 'buildpass_turns_waiting')).toEqual(['buildpass_turns_waiting 2']);
  });

  it('keep a label from breaking its line', async () => {
    const metrics = createMetrics();
    metrics.collect((set) => set('buildpass_policy_info', 1, 'a"b\\c\nd'));
    expect(await linesOf(metrics, 'buildpass_policy_info')).toEqual([
      'buildpass_policy_info{digest="a\\"b\\\\c\\nd"} 1',
    ]);
  });

  it('are bounded, whatever the labels', async () => {
    const metrics = createMetrics();
    for (let at = 0; at < 2_000; at += 1) metrics.count('buildpass_problems_total', `code-${at}`);
    const lines = await linesOf(metrics, 'buildpass_problems_total');
    expect(lines).toHaveLength(501);
    expect(lines.at(-1)).toBe('buildpass_problems_total{code="other"} 1500');
  });
});

describe('the definitions', () => {
  const definitions = Object.entries(METRICS as Readonly<Record<string, MetricDefinition>>);

  it('name no repository, ref or person in a label', () => {
    const known = ['route', 'status', 'code', 'outcome', 'kind', 'limit', 'issuer', 'state', 'job', 'level', 'channel'];
    const info = ['digest', 'version', 'node', 'quantile'];
    const labels = new Set(definitions.flatMap(([, { labels: of }]) => of));
    expect([...labels].filter((label) => ![...known, ...info].includes(label))).toEqual([]);
  });

  it.each(definitions)('%s follows the customs, and its alert is about itself', (name, { type, alert }) => {
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (alert !== undefined) expect(alert).toContain(name);
  });
});
