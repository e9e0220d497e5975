// The arrows of ARCHITECTURE.md, as rules. collector → contract ← indexer; dashboard → contract (types); test → all.
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contract-is-the-floor',
      severity: 'error',
      from: { path: '^indexer/contract' },
      to: { path: '^(indexer/(?!contract)|collector|dashboard|cli|deploy|test)' },
    },
    {
      name: 'collector-imports-only-contract',
      severity: 'error',
      from: { path: '^collector' },
      to: { path: '^(indexer/(?!contract)|dashboard|cli|deploy|test)' },
    },
    {
      name: 'indexer-imports-only-contract',
      severity: 'error',
      from: { path: '^indexer' },
      to: { path: '^(collector|dashboard|cli|deploy|test)' },
    },
    {
      name: 'dashboard-imports-only-contract',
      severity: 'error',
      from: { path: '^dashboard' },
      to: { path: '^(indexer/(?!contract)|collector|cli|deploy|test)' },
    },
    {
      name: 'dashboard-imports-contract-as-types',
      severity: 'error',
      from: { path: '^dashboard/src', pathNot: '\\.test\\.' },
      to: { path: '^indexer/contract', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'cli-talks-to-the-api',
      severity: 'error',
      from: { path: '^cli' },
      to: { path: '^(dashboard|test|deploy)' },
    },
    {
      name: 'only-engine-ports',
      severity: 'error',
      from: { path: '^indexer/(live|ingest|query|alert)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^indexer/store/(embedded|memory)' },
    },
    {
      name: 'embedded-segments-know-no-files',
      severity: 'error',
      from: { path: '^indexer/store/embedded/segment/', pathNot: '\\.test\\.ts$' },
      to: { path: '^indexer/store/embedded/(hours|write|pack|ask)/' },
    },
    {
      name: 'embedded-hours-know-no-threads',
      severity: 'error',
      from: { path: '^indexer/store/embedded/hours/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^indexer/store/embedded/(write|pack|ask)/' },
    },
    {
      name: 'who-asks-does-not-write',
      severity: 'error',
      from: { path: '^indexer/store/(embedded|elasticsearch)/ask/', pathNot: '\\.test\\.ts$' },
      to: { path: '^indexer/store/(embedded|elasticsearch)/(write|pack)/' },
    },
    {
      name: 'who-writes-does-not-ask',
      severity: 'error',
      from: { path: '^indexer/store/(embedded|elasticsearch)/(write|pack)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^indexer/store/(embedded|elasticsearch)/ask/' },
    },
    {
      name: 'documents-are-the-floor',
      severity: 'error',
      from: { path: '^indexer/store/elasticsearch/(document|server)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^indexer/store/elasticsearch/(write|ask)/' },
    },
    {
      name: 'no-test-in-product',
      severity: 'error',
      from: { path: '^(collector|indexer|dashboard|cli|deploy)', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^test' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
