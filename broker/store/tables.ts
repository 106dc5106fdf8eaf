// All tables over one database handle.
import { grantTable } from './grants.ts';
import { issuanceTable } from './issuances.ts';
import { leaseTable } from './leases.ts';
import { logTables } from './log-tables.ts';
import { metaTable } from './meta.ts';
import { outboxTable } from './outbox.ts';
import { policyTable } from './policies.ts';
import { principalTable } from './principals.ts';
import { requestSecretTable } from './request-secrets.ts';
import { requestTable } from './requests.ts';
import { saidOnceTable } from './said-once.ts';
import { sealedAnswerTable } from './sealed-answers.ts';
import { signingKeyTable } from './signing-keys.ts';
import type { Database, Tables } from './store.ts';
import { subjectTokenTable } from './subject-tokens.ts';
import { suspensionTable } from './suspensions.ts';

export const tablesOf = (db: Database): Tables => ({
  grants: grantTable(db),
  issuances: issuanceTable(db),
  leases: leaseTable(db),
  log: logTables(db),
  meta: metaTable(db),
  outbox: outboxTable(db),
  policies: policyTable(db),
  principals: principalTable(db),
  requests: requestTable(db),
  requestSecrets: requestSecretTable(db),
  saidOnce: saidOnceTable(db),
  sealedAnswers: sealedAnswerTable(db),
  signingKeys: signingKeyTable(db),
  subjectTokens: subjectTokenTable(db),
  suspensions: suspensionTable(db),
});
