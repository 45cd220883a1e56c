import type { Answer } from './answer.ts';
import { columnsIn } from './columns-in.ts';
import { residualKey } from './normalize-residual.ts';
import type { Atom, Condition, Residual } from './residual.ts';

/**
 * The parts of an answer's residual that have no row in common, each as a text that is equal for equal parts; a part says
 * which terms of the answer it gives. An answer whose parts are all among those of another one says everything that the
 * other one says.
 */
export function componentKeys({ terms, residual }: Answer): ReadonlySet<string> {
  if (residual.atoms.length === 0 && residual.conditions.length === 0) return NO_PARTS;
  const keys = componentsOf(residual).map((part) => {
    const outputs = terms.flatMap((term, position) =>
      term.kind === 'column' && part.atoms.includes(term.atom)
        ? [[position, part.atoms.indexOf(term.atom), term.position]]
        : [],
    );
    return `${JSON.stringify(outputs)}${residualKey(part)}`;
  });
  return new Set(keys);
}

const NO_PARTS: ReadonlySet<string> = new Set();

function componentsOf({ atoms, conditions }: Residual): readonly Residual[] {
  const leaders = new Map<Atom, Atom>(atoms.map((atom) => [atom, atom]));
  const leaderOf = (atom: Atom): Atom => {
    const leader = leaders.get(atom) ?? atom;
    return leader === atom ? atom : leaderOf(leader);
  };
  const rowsOf = (condition: Condition) => columnsIn(condition).flatMap(({ atom }) => (leaders.has(atom) ? atom : []));
  for (const condition of conditions) {
    const [first, ...others] = rowsOf(condition);
    for (const other of others) if (first !== undefined) leaders.set(leaderOf(other), leaderOf(first));
  }
  const rootless = conditions.filter((condition) => rowsOf(condition).length === 0);
  return [
    ...rootless.map((condition) => ({ atoms: [], conditions: [condition] })),
    ...atoms
      .filter((atom) => leaderOf(atom) === atom)
      .map((leader) => ({
        atoms: atoms.filter((atom) => leaderOf(atom) === leader),
        conditions: conditions.filter((condition) => {
          const [row] = rowsOf(condition);
          return row !== undefined && leaderOf(row) === leader;
        }),
      })),
  ];
}
