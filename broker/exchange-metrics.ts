// What is counted of an ask: how it was decided, and what became of its credential.
import type { RepositoryQuota } from './limits/repository-quota.ts';
import type { Subject } from './model.ts';
import type { Decided } from './requests/decided.ts';
import type { Metrics } from './telemetry/metrics.ts';

interface Counting {
  readonly metrics: Metrics;
  readonly quota: RepositoryQuota;
}

export function countDecided({ metrics, quota }: Counting, subject: Subject, decided: Decided): void {
  switch (decided.outcome) {
    case 'stranger':
      metrics.count('buildpass_decisions_total', 'stranger');
      return;
    case 'refused':
      metrics.count('buildpass_decisions_total', 'deny');
      for (const code of new Set(decided.reasons.map((reason) => reason.code)))
        metrics.count('buildpass_refusals_total', code);
      quota.countRefusal(subject);
      return;
    case 'issued':
    case 'granted':
      metrics.count('buildpass_decisions_total', 'permit');
      return;
    case 'pending':
      metrics.count('buildpass_decisions_total', 'approval');
      return;
    case 'redelivered':
      metrics.count('buildpass_redeliveries_total');
      return;
    case 'unanswered':
      // The misuse of a secret may be an entry too.
      if (decided.retryAfter === undefined) quota.countRefusal(subject);
  }
}

export async function countIssuing<T>(metrics: Metrics, kind: string, issuing: Promise<T>): Promise<T> {
  try {
    const issued = await issuing;
    metrics.count('buildpass_issuances_total', kind, 'issued');
    return issued;
  } catch (error) {
    metrics.count('buildpass_issuances_total', kind, 'failed');
    throw error;
  }
}
