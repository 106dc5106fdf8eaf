// Counts and measures for `/metrics`, in the text format of Prometheus. The core counts through `Metrics`, which costs tens of
// nanoseconds; what is asked only at a scrape comes in through `collect`.
import { METRICS, type MetricDefinition, type MetricName, type NameOf } from './metric-definitions.ts';

export type Labels = readonly [] | readonly [string] | readonly [string, string];

export interface Metrics {
  count(name: NameOf<'counter'>, ...labels: Labels): void;
  observe(name: NameOf<'histogram'>, value: number, ...labels: Labels): void;
}

/** Sets what is as it is now. */
export type SetValue = (name: NameOf<'gauge' | 'counter'>, value: number, ...labels: Labels) => void;

export interface MetricsRegistry extends Metrics {
  /** Asked before every scrape; what it sets stands until the next one. */
  collect(collector: (set: SetValue) => void | Promise<void>): void;
  render(): Promise<string>;
}

/** A label whose values got out of hand would fill memory here and at the scraper: what comes later is not told apart. */
const MAX_SERIES = 500;
const OVERFLOW = 'other';

interface Histogram {
  readonly counts: number[];
  sum: number;
}

export function createMetrics(): MetricsRegistry {
  const values = new Map<MetricName, Map<string, number>>();
  const histograms = new Map<MetricName, Map<string, Histogram>>();
  const collectors: ((set: SetValue) => void | Promise<void>)[] = [];
  const collected = new Map<MetricName, Map<string, number>>();
  return {
    count(name, ...labels) {
      const series = seriesOf(values, name);
      const key = keyOf(series, labels);
      series.set(key, (series.get(key) ?? 0) + 1);
    },
    observe(name, value, ...labels) {
      const series = seriesOf(histograms, name);
      const key = keyOf(series, labels);
      const { buckets } = METRICS[name];
      const histogram = series.get(key) ?? { counts: Array<number>(buckets.length + 1).fill(0), sum: 0 };
      const at = buckets.findIndex((bound) => value <= bound);
      const bucket = at === -1 ? buckets.length : at;
      histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
      histogram.sum += value;
      series.set(key, histogram);
    },
    collect: (collector) => void collectors.push(collector),
    async render() {
      collected.clear();
      const set: SetValue = (name, value, ...labels) =>
        void seriesOf(collected, name).set(labels.join(SEPARATOR), value);
      // One that fails, because the store does not answer, must not hide the others.
      await Promise.allSettled(collectors.map(async (collector) => collector(set)));
      const names = Object.keys(METRICS) as MetricName[];
      return names.map((name) => family(name, { values, histograms, collected })).join('');
    },
  };
}

/** In no value of a label. */
const SEPARATOR = '\u0000';

function seriesOf<T>(families: Map<MetricName, Map<string, T>>, name: MetricName): Map<string, T> {
  const known = families.get(name);
  if (known !== undefined) return known;
  const series = new Map<string, T>();
  families.set(name, series);
  return series;
}

function keyOf(series: ReadonlyMap<string, unknown>, labels: Labels): string {
  const key = labels.length < 2 ? (labels[0] ?? '') : `${labels[0]}${SEPARATOR}${labels[1]}`;
  if (series.size < MAX_SERIES || series.has(key)) return key;
  return labels.map(() => OVERFLOW).join(SEPARATOR);
}

interface Families {
  readonly values: ReadonlyMap<MetricName, ReadonlyMap<string, number>>;
  readonly collected: ReadonlyMap<MetricName, ReadonlyMap<string, number>>;
  readonly histograms: ReadonlyMap<MetricName, ReadonlyMap<string, Histogram>>;
}

function family(name: MetricName, { values, histograms, collected }: Families): string {
  const definition: MetricDefinition = METRICS[name];
  const lines = [`# HELP ${name} ${escaped(definition.means)}`, `# TYPE ${name} ${definition.type}`];
  for (const [key, value] of [...(values.get(name) ?? []), ...(collected.get(name) ?? [])])
    lines.push(`${name}${labelled(definition, key)} ${value}`);
  // A counter without labels is there from the start: what is absent cannot be watched.
  if (definition.type === 'counter' && definition.labels.length === 0 && lines.length === 2) lines.push(`${name} 0`);
  for (const [key, histogram] of histograms.get(name) ?? []) lines.push(...histogramLines(name, key, histogram));
  return `${lines.join('\n')}\n`;
}

function histogramLines(name: MetricName, key: string, { counts, sum }: Histogram): string[] {
  const definition: MetricDefinition = METRICS[name];
  let total = 0;
  const buckets = [...(definition.buckets ?? []), Number.POSITIVE_INFINITY].map((bound, at) => {
    total += counts[at] ?? 0;
    const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
    return `${name}_bucket${labelled(definition, key, `le="${le}"`)} ${total}`;
  });
  const labels = labelled(definition, key);
  return [...buckets, `${name}_sum${labels} ${sum}`, `${name}_count${labels} ${total}`];
}

function labelled({ labels }: MetricDefinition, key: string, more?: string): string {
  const values = key.split(SEPARATOR);
  const pairs = labels.map((label, at) => `${label}="${escaped(values[at] ?? '').replaceAll('"', '\\"')}"`);
  const all = more === undefined ? pairs : [...pairs, more];
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
