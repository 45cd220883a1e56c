import type { OrderOperator } from './are-in-order.ts';
import { type CheckPlan, type Operand, REGISTER } from './check-machine.ts';
import { NOW } from './compiled-rule.ts';
import type { RelationAccess } from './relation-access.ts';

/** Rows of a stored relation to look for. */
export interface RowPattern {
  readonly relation: RelationAccess;
  /** One operand a column; undefined for columns that the row gives. */
  readonly operands: readonly (Operand | undefined)[];
  /** Where values of the row go: column, register. */
  readonly binds: readonly (readonly [column: number, register: number])[];
  /** Columns whose values must be equal. */
  readonly pairs: readonly (readonly [number, number])[];
}

/** Ways to go on, of which one must succeed. */
export type CheckNodes = readonly CheckNode[];

/** A condition, and how to go on where it is met. */
export type CheckNode =
  | { readonly kind: 'holds' }
  /** Only the solver can tell. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'rows'; readonly rows: RowPattern; readonly next: CheckNodes }
  /** Some row has one of these policy values in a column. */
  | {
      readonly kind: 'some-row';
      readonly rows: RowPattern;
      readonly column: number;
      readonly values: readonly number[];
    }
  | { readonly kind: 'equal'; readonly left: Operand; readonly right: Operand; readonly next: CheckNodes }
  /** Operands, or `NOW` for the operators of order. */
  | {
      readonly kind: 'compare';
      readonly operator: '!=' | OrderOperator;
      readonly left: Operand;
      readonly right: Operand;
      readonly next: CheckNodes;
    }
  | { readonly kind: 'among'; readonly item: Operand; readonly values: ReadonlySet<number>; readonly next: CheckNodes }
  | {
      readonly kind: 'goal';
      readonly plan: CheckPlan;
      /** The registers that hold the plan's arguments. */
      readonly operands: readonly Operand[];
      /** Under `not`: the goal must fail. */
      readonly isNegated: boolean;
      readonly next: CheckNodes;
    };

export const HOLDING: CheckNodes = [{ kind: 'holds' }];
export const UNKNOWING: CheckNodes = [{ kind: 'unknown' }];

/** How many nodes there are, those further on included. */
export function countNodes(nodes: CheckNodes): number {
  return nodes.reduce((sum, node) => sum + 1 + ('next' in node ? countNodes(node.next) : 0), 0);
}

/** How many nodes lie within one another. */
export function depthOf(nodes: CheckNodes): number {
  return nodes.reduce((depth, node) => Math.max(depth, 'next' in node ? 1 + depthOf(node.next) : 1), 0);
}

/** The nodes of a plan as part of another: arguments become the caller's operands, other registers lie from `base` on. */
export function inlineNodes(nodes: CheckNodes, args: readonly Operand[], base: number): CheckNodes {
  const register = (number: number) => base + number - args.length;
  const map = (operand: Operand): Operand => {
    if (operand < REGISTER || operand === NOW) return operand;
    return args[operand - REGISTER] ?? REGISTER + register(operand - REGISTER);
  };
  const mapRows = (rows: RowPattern): RowPattern => ({
    ...rows,
    operands: rows.operands.map((operand) => (operand === undefined ? undefined : map(operand))),
    binds: rows.binds.map(([column, number]) => [column, register(number)]),
  });
  const mapNode = (node: CheckNode): CheckNode => {
    switch (node.kind) {
      case 'holds':
      case 'unknown':
        return node;
      case 'rows':
        return { ...node, rows: mapRows(node.rows), next: node.next.map(mapNode) };
      case 'some-row':
        return { ...node, rows: mapRows(node.rows) };
      case 'equal':
      case 'compare':
        return { ...node, left: map(node.left), right: map(node.right), next: node.next.map(mapNode) };
      case 'among':
        return { ...node, item: map(node.item), next: node.next.map(mapNode) };
      case 'goal':
        return { ...node, operands: node.operands.map(map), next: node.next.map(mapNode) };
    }
  };
  return nodes.map(mapNode);
}
