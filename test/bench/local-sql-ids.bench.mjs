/*
 * How long the SQL of a list takes to make that holds many central ids: milliseconds of processor time, medians of five.
 *
 *     node test/bench/local-sql-ids.bench.mjs [--ids 10000] [--dist dist] [--json]
 */
import { median, readBench } from './support/bench.mjs';

const { values, load, report } = readBench({ ids: '10000' });
const { createEngine } = await load('engine/create-engine.js');
const { createMemoryFacts } = await load('facts/memory-facts.js');
const { listSql } = await load('local-sql/local-questions.js');
const { parseDataBindings } = await load('local-sql/parse-data-bindings.js');
const { loadPolicy } = await load('program/load-policy.js');

const POLICY = `
actor User {}
resource Team { roles = ["member"]; }
resource Folder { roles = ["viewer"]; relations = { team: Team }; "viewer" if "member" on "team"; }
resource Document {
  permissions = ["view", "edit", "audit"];
  roles = ["viewer"];
  relations = { folder: Folder };
  "viewer" if "viewer" on "folder";
  "view" if "viewer";
}
has_permission(user: User, "edit", document: Document) if
  has_role(user, "viewer", document) and not is_locked(document);
has_permission(user: User, "audit", document: Document) if
  is_auditor(user) and has_role(user, "viewer", document);
`;

const CASES = [
  {
    title: 'rows in central folders',
    action: 'view',
    bindings: 'has_relation(Document:_, folder, Folder:_): { query: "SELECT id, folder_id FROM document" }',
    hasDocuments: false,
  },
  {
    title: 'central, but those that rows lock',
    action: 'edit',
    bindings: 'is_locked(Document:_): { query: "SELECT id FROM locked" }',
    hasDocuments: true,
  },
  {
    title: 'central, for auditors by a row',
    action: 'audit',
    bindings: 'is_auditor(User:_): { query: "SELECT id FROM auditor" }',
    hasDocuments: true,
  },
];
const RUNS = 5;

const loaded = loadPolicy([{ name: 'policy.polar', text: POLICY }]);
if (!loaded.ok) throw new Error('the policy does not load');
const count = Number(values.ids);
for (const { title, action, bindings, hasDocuments } of CASES) {
  const data = parseDataBindings(`facts:\n  ${bindings}\n`);
  const question = { actor: value('User', 'alice'), action, resourceType: 'Document' };
  const engine = createEngine(loaded.program, createMemoryFacts(facts(hasDocuments)));
  const times = Array.from({ length: RUNS }, () => {
    const budget = { maxSteps: 1e9, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 };
    const goals = engine.goals({ contextFacts: [], unixTime: 1_800_000_000n, budget });
    const before = process.cpuUsage();
    const sql = listSql(question, 'id', { program: loaded.program, goals, data, dialect: 'postgresql' });
    const { user, system } = process.cpuUsage(before);
    if (sql.length < 7 * count) throw new Error(`the SQL of ${title} lacks ids`);
    return (user + system) / 1000;
  });
  report({ name: title, figure: median(times), unit: 'ms of CPU' });
}

function* facts(hasDocuments) {
  yield { predicate: 'has_role', args: [value('User', 'alice'), value('String', 'member'), value('Team', 't')] };
  for (let id = 0; id < count; id++) {
    const folder = value('Folder', `${id}`);
    yield { predicate: 'has_relation', args: [folder, value('String', 'team'), value('Team', 't')] };
    if (!hasDocuments) continue;
    yield { predicate: 'has_relation', args: [value('Document', `${id}`), value('String', 'folder'), folder] };
  }
}

function value(type, id) {
  return { type, id };
}
