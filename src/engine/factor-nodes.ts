import { REGISTER } from './check-machine.ts';
import { type CheckNode, type CheckNodes, HOLDING, type RowPattern, UNKNOWING } from './check-node.ts';
import type { RelationAccess } from './relation-access.ts';

/**
 * The same alternatives with fewer looks at facts: alternatives that begin with the same rows go through them once, and
 * those that look for rows equal but for one policy value, such as the roles above a role, become one look. Looks come
 * before goals, which may lead far; what cannot tell comes last.
 */
export function factorNodes(nodes: CheckNodes): CheckNodes {
  if (nodes.some(({ kind }) => kind === 'holds')) return HOLDING;
  const certain = nodes.filter(({ kind }) => kind !== 'unknown');
  const factored = joinLooks(joinRows(certain)).toSorted((a, b) => Number(hasGoal(a)) - Number(hasGoal(b)));
  return certain.length === nodes.length ? factored : [...factored, ...UNKNOWING];
}

function hasGoal(node: CheckNode): boolean {
  return node.kind === 'goal' || ('next' in node && node.next.some(hasGoal));
}

type RowsNode = Extract<CheckNode, { kind: 'rows' }>;

/** Groups what has the same key within the same relation, in order of first appearance. */
class RelationGroups<Item> {
  readonly #groups = new Map<RelationAccess, Map<string, Item[]>>();

  add(relation: RelationAccess, key: string, item: Item): readonly Item[] {
    const byKey = this.#groups.get(relation) ?? new Map<string, Item[]>();
    const group = byKey.get(key) ?? [];
    group.push(item);
    this.#groups.set(relation, byKey.set(key, group));
    return group;
  }
}

function joinRows(nodes: CheckNodes): CheckNodes {
  const groups = new RelationGroups<RowsNode>();
  const joined: (() => CheckNode)[] = [];
  for (const node of nodes) {
    if (node.kind !== 'rows') {
      joined.push(() => node);
      continue;
    }
    const group = groups.add(node.rows.relation, keyOf(node.rows), node);
    if (group.length > 1) continue;
    joined.push(() => ({ ...node, next: factorNodes(group.flatMap(({ next }) => next)) }));
  }
  return joined.map((make) => make());
}

function joinLooks(nodes: CheckNodes): CheckNodes {
  const groups = new RelationGroups<number>();
  const joined: (() => CheckNode)[] = [];
  for (const node of nodes) {
    const look = node.kind === 'rows' ? lookOf(node) : undefined;
    if (look === undefined) {
      joined.push(() => node);
      continue;
    }
    const group = groups.add(look.rows.relation, `${look.column} ${keyOf(look.rows)}`, look.value);
    if (group.length > 1) continue;
    joined.push(() =>
      group.length === 1 ? node : { kind: 'some-row', rows: look.rows, column: look.column, values: group },
    );
  }
  return joined.map((make) => make());
}

/** A node that only asks whether a row is there, without the last of its policy values. */
function lookOf({ rows, next }: RowsNode): { rows: RowPattern; column: number; value: number } | undefined {
  if (next !== HOLDING || rows.binds.length > 0 || rows.pairs.length > 0) return undefined;
  const column = rows.operands.findLastIndex((operand) => operand !== undefined && operand < REGISTER);
  const value = rows.operands[column];
  return value === undefined
    ? undefined
    : { rows: { ...rows, operands: rows.operands.with(column, undefined) }, column, value };
}

function keyOf({ operands, binds, pairs }: RowPattern): string {
  return [operands.map((operand) => operand ?? '_').join(), binds.join(';'), pairs.join(';')].join('|');
}
