// The two public lists that findings are filed under, by id and short name, as far as any finding uses them:
// OWASP Non-Human Identities Top 10 (2025) and OWASP Top 10 CI/CD Security Risks.

export const NHI = {
  'NHI1:2025': 'Improper Offboarding',
  'NHI2:2025': 'Secret Leakage',
  'NHI3:2025': 'Vulnerable Third-Party NHI',
  'NHI5:2025': 'Overprivileged NHI',
  'NHI7:2025': 'Long-Lived Secrets',
  'NHI8:2025': 'Environment Isolation',
  'NHI9:2025': 'NHI Reuse',
} as const;

export const CICD_SEC = {
  'CICD-SEC-1': 'Insufficient Flow Control Mechanisms',
  'CICD-SEC-2': 'Inadequate Identity and Access Management',
  'CICD-SEC-3': 'Dependency Chain Abuse',
  'CICD-SEC-4': 'Poisoned Pipeline Execution (PPE)',
  'CICD-SEC-5': 'Insufficient PBAC (Pipeline-Based Access Controls)',
  'CICD-SEC-6': 'Insufficient Credential Hygiene',
  'CICD-SEC-7': 'Insecure System Configuration',
} as const;

export type NhiId = keyof typeof NHI;
export type CicdSecId = keyof typeof CICD_SEC;
