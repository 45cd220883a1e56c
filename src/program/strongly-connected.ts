/**
 * Tarjan's algorithm without recursion: a component number for each node that the starts can reach. Two nodes have the
 * same number exactly when each can reach the other. Nodes are small integers; the work is linear in nodes and edges.
 */
export function stronglyConnected(
  starts: readonly number[],
  neighbours: (node: number) => readonly number[],
): ReadonlyMap<number, number> {
  const state: State = { order: new Map(), low: new Map(), open: [], component: new Map(), path: [] };
  for (const start of starts) {
    if (state.order.has(start)) continue;
    enter(start, neighbours, state);
    for (let here = state.path.at(-1); here; here = state.path.at(-1)) step(here, neighbours, state);
  }
  return state.component;
}

interface State {
  /** When a node was entered first. */
  readonly order: Map<number, number>;
  /** The earliest open node known to be reachable. */
  readonly low: Map<number, number>;
  /** Nodes entered whose component is not decided. */
  readonly open: number[];
  readonly component: Map<number, number>;
  /** The nodes between the start and here, each with the neighbours still to visit. */
  readonly path: Visit[];
}

interface Visit {
  readonly node: number;
  readonly rest: Iterator<number>;
}

function enter(node: number, neighbours: (node: number) => readonly number[], state: State): void {
  state.order.set(node, state.order.size);
  state.low.set(node, state.order.size - 1);
  state.open.push(node);
  state.path.push({ node, rest: neighbours(node).values() });
}

function step(here: Visit, neighbours: (node: number) => readonly number[], state: State): void {
  const next = here.rest.next();
  if (next.done) {
    leave(here.node, state);
  } else if (!state.order.has(next.value)) {
    enter(next.value, neighbours, state);
  } else if (!state.component.has(next.value)) {
    lower(here.node, state.order.get(next.value), state);
  }
}

function leave(node: number, state: State): void {
  state.path.pop();
  const low = state.low.get(node);
  if (low === state.order.get(node)) {
    const number = state.component.size;
    for (let member = state.open.pop(); member !== undefined; member = state.open.pop()) {
      state.component.set(member, number);
      if (member === node) break;
    }
  }
  const parent = state.path.at(-1);
  if (parent) lower(parent.node, low, state);
}

function lower(node: number, low: number | undefined, state: State): void {
  const current = state.low.get(node);
  if (low !== undefined && current !== undefined && low < current) state.low.set(node, low);
}
