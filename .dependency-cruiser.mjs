/*
 * The floors of the house, from the top down. A room imports only from rooms below it; the order here is the law.
 * docs/architecture.md says what each room is for.
 */
const FLOORS = [
  'cli',
  'dev-server',
  'workers',
  'http',
  'sync',
  'generations',
  'snapshot',
  'control-plane',
  'local-sql',
  'engine',
  'program',
  'polar',
  'facts',
  'config',
  'metrics',
  'errors',
  'source',
  'util',
];

/** Rooms that may touch disk, network, clock or environment. */
const AT_THE_EDGE =
  '^(bin|src/(cli|dev-server|workers|http|sync|generations|snapshot|control-plane|config|facts/index)/)';

const upward = FLOORS.map((room, floor) => ({
  name: `${room}-looks-down-only`,
  comment: `${room}/ imports only from the rooms below it. Move the code down, or pass the value in from above.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${FLOORS.slice(0, floor).join('|') || '(?!)'})/` },
}));

export default {
  forbidden: [
    ...upward,
    {
      name: 'bin-to-cli-only',
      comment: 'bin/ hands over to cli/ and knows nothing else.',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: '^src/(?!cli/|sync/build-process/|workers/thread/)' },
    },
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one idea, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'io-at-the-edge',
      comment: 'Only the marked rooms touch the machine. Take what you need as an argument.',
      severity: 'error',
      from: { path: '^src/', pathNot: AT_THE_EDGE },
      // `module`: a package may be loaded when it is first needed.
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto|module|util)$' },
    },
    {
      name: 'not-to-test',
      comment: 'Production code that needs a test file has its layers upside down.',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { path: '^(test|examples)/' },
    },
    {
      name: 'not-to-dev-dependency',
      comment: 'It would be missing where the package runs. Make it a dependency and say why in the README.',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports it and it imports nothing: delete it.',
      severity: 'error',
      from: { orphan: true, path: '^src/' },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
