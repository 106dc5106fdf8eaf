// All tables over one connection.
import { approvalTable } from './approvals.ts';
import { grantTable } from './grants.ts';
import { incidentTable } from './incidents.ts';
import { issuanceTable } from './issuances.ts';
import { keptRowTables } from './kept-rows.ts';
import { leaseTable } from './leases.ts';
import { logTables } from './log-tables.ts';
import { metaTable } from './meta.ts';
import { outboxTable } from './outbox.ts';
import { passkeyTable } from './passkeys.ts';
import { policyTable } from './policies.ts';
import { principalTable } from './principals.ts';
import { renewalTable } from './renewals.ts';
import { requestSecretTable } from './request-secrets.ts';
import { requestTable } from './requests.ts';
import { revocationTable } from './revocations.ts';
import { saidOnceTable } from './said-once.ts';
import { sealedAnswerTable } from './sealed-answers.ts';
import { sessionTable } from './sessions.ts';
import { signingKeyTable } from './signing-keys.ts';
import type { Statements } from './statements.ts';
import type { Tables } from './store.ts';
import { subjectTokenTable } from './subject-tokens.ts';
import { suspensionTable } from './suspensions.ts';
import { underWayTable } from './under-way.ts';

export const tablesOf = (statements: Statements): Tables => ({
  approvals: approvalTable(statements),
  grants: grantTable(statements),
  incidents: incidentTable(statements),
  issuances: issuanceTable(statements),
  keptRows: keptRowTables(statements),
  leases: leaseTable(statements),
  log: logTables(statements),
  meta: metaTable(statements),
  outbox: outboxTable(statements),
  passkeys: passkeyTable(statements),
  policies: policyTable(statements),
  principals: principalTable(statements),
  renewals: renewalTable(statements),
  requests: requestTable(statements),
  requestSecrets: requestSecretTable(statements),
  revocations: revocationTable(statements),
  saidOnce: saidOnceTable(statements),
  sealedAnswers: sealedAnswerTable(statements),
  sessions: sessionTable(statements),
  signingKeys: signingKeyTable(statements),
  subjectTokens: subjectTokenTable(statements),
  suspensions: suspensionTable(statements),
  underWay: underWayTable(statements),
});
