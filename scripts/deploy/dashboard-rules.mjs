// `dashboard-rules`: every expression of the Grafana dashboard as a recording rule, so that promtool can read it.
import { readFileSync } from 'node:fs';

const { panels } = JSON.parse(readFileSync(new URL('../../deploy/grafana/oso-fallback.json', import.meta.url), 'utf8'));
// What Grafana fills in.
const expressions = panels.flatMap(({ targets }) =>
  targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m')),
);
const rules = expressions.map((expr, index) => ({ record: `dashboard:expression:${index}`, expr }));
console.log(JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
