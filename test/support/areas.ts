// The shape of the house: which files belong together, and whom each of these areas may import (docs/decisions, test/architecture.test.ts).

/** Each area with its files (the first that matches counts) and the areas that it may import; of `types:X` only types. */
export const AREAS: readonly { name: string; files: RegExp; mayImport: string }[] = [
  { name: 'shared', files: /^shared\//, mayImport: '' },
  { name: 'action', files: /^action\//, mayImport: 'shared' },
  {
    name: 'kernel',
    files: /^broker\/(model|approval-terms|risk|facts|decoy|errors|clock|found-once|next-turn)\.ts$/,
    mayImport: 'shared',
  },
  { name: 'shapes', files: /^broker\/shapes\//, mayImport: 'shared' },
  { name: 'yaml', files: /^broker\/yaml\//, mayImport: 'shared shapes' },
  { name: 'upstream', files: /^broker\/upstream\//, mayImport: 'shared kernel' },
  { name: 'telemetry', files: /^broker\/telemetry\//, mayImport: 'shared kernel types:store' },
  { name: 'limits', files: /^broker\/limits\//, mayImport: 'shared kernel' },
  {
    name: 'config',
    files: /^broker\/config(\/|\.ts$)/,
    mayImport:
      'shared kernel shapes yaml types:identity types:limits types:notify types:sign-in types:upstream types:github types:provider-interface',
  },

  // Stores, keys, log: they know no policy and no HTTP; of a store the core sees the interface alone.
  { name: 'store', files: /^broker\/store\//, mayImport: 'shared kernel' },
  // It runs on an auditor's machine, without the broker and without a package: see PACKAGES.
  { name: 'verifier', files: /^broker\/verifier\//, mayImport: 'shared' },
  { name: 'keys', files: /^broker\/keys\//, mayImport: 'shared kernel types:store types:telemetry' },
  { name: 'log', files: /^broker\/log\//, mayImport: 'shared kernel upstream verifier types:keys types:store' },

  // Deciding is pure: no clock, no network, no file system (see PACKAGES). Policies come in through their sources.
  {
    name: 'policy-sources',
    files: /^broker\/policy\/(.*-source|stage-documents)\.ts$/,
    mayImport: 'shared kernel shapes yaml policy log types:store',
  },
  { name: 'policy', files: /^broker\/policy\//, mayImport: 'shared kernel shapes yaml types:credential-kinds' },
  {
    name: 'credential-kinds',
    files: /^broker\/providers\/(credential-kinds|kind-.*)\.ts$/,
    mayImport: 'shared kernel shapes yaml policy',
  },
  {
    name: 'provider-interface',
    files: /^broker\/providers\/(provider|endpoints)\.ts$/,
    mayImport: 'kernel types:upstream',
  },
  {
    name: 'providers',
    files: /^broker\/providers\//,
    mayImport: 'shared kernel keys github provider-interface credential-kinds types:upstream types:telemetry',
  },

  // Cases about policies, decided without a broker: as pure as deciding itself.
  { name: 'policy-tests', files: /^broker\/policy-tests\//, mayImport: 'shared kernel shapes yaml policy identity' },

  // Ids in policy files, filled in from GitHub by whoever edits them.
  { name: 'policy-pins', files: /^broker\/policy-pins\//, mayImport: 'shared kernel shapes yaml upstream' },

  // Drafts of policies from workflows: what is read and what is drafted is text.
  {
    name: 'policy-import',
    files: /^broker\/policy-import\//,
    mayImport: 'shared kernel shapes yaml policy credential-kinds',
  },

  // The request path, one folder a step.
  {
    name: 'identity',
    files: /^broker\/identity\//,
    mayImport: 'shared kernel upstream types:store types:telemetry',
  },
  {
    name: 'requests',
    files: /^broker\/requests\//,
    mayImport:
      'shared kernel shapes yaml identity policy policy-sources log approvals issuance types:store types:exchange types:telemetry',
  },
  {
    name: 'approvals',
    files: /^broker\/approvals\//,
    mayImport:
      'shared kernel shapes yaml policy log notify types:policy-sources types:store types:exchange types:requests',
  },
  // Telling people: what is queued, its words, and each way to send it.
  { name: 'notify', files: /^broker\/notify\//, mayImport: 'shared kernel upstream types:store types:telemetry' },
  {
    name: 'issuance',
    files: /^broker\/issuance\//,
    mayImport: 'shared kernel keys log provider-interface types:policy-sources types:store types:telemetry',
  },
  // Keys that take each other's place: rows and entries of keys, what is published of them, and the leases of one that leaked.
  {
    name: 'rotation',
    files: /^broker\/rotation\//,
    mayImport: 'shared kernel keys log issuance upstream types:store types:telemetry',
  },
  {
    name: 'exchange',
    files: /^broker\/exchange(-deps|-metrics)?\.ts$/,
    mayImport:
      'shared kernel identity policy policy-sources requests approvals issuance log limits types:store types:telemetry',
  },

  // Questions to GitHub in the broker's own name. It knows no policy and no store; what it finds out are facts.
  { name: 'github', files: /^broker\/github\//, mayImport: 'shared kernel upstream types:telemetry' },

  // People: who is signed in. It knows no routes; nothing on a job's way knows it.
  {
    name: 'sign-in',
    files: /^broker\/sign-in\//,
    mayImport:
      'shared kernel keys log notify issuance upstream types:policy types:policy-sources types:store types:telemetry',
  },
  {
    name: 'http',
    files: /^broker\/(http\/|app\.ts$)/,
    mayImport:
      'shared kernel shapes identity policy requests approvals issuance exchange sign-in log limits types:keys types:store types:telemetry',
  },
  // Pages drawn in the browser: a client like any other, so that what it can do is in the documented interface.
  { name: 'portal', files: /^broker\/portal\//, mayImport: 'shared' },
  // The composition root, the demo and the command line see everything; nothing of the core sees them.
  {
    name: 'composition',
    files:
      /^broker\/((broker(-options)?|background|breathe|parse-policies|parse-thread|control-socket|store-mark|watch-store|face)\.ts$|open\/|demo\/|cli\/|main\.ts$)/,
    mayImport: '*',
  },
];
