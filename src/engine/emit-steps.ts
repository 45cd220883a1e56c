import { areInOrder } from './are-in-order.ts';
import type { Catalog } from './catalog.ts';
import { type CheckMachine, type CheckPlan, type Operand, REGISTER, type Step } from './check-machine.ts';
import type { CheckNode, CheckNodes, RowPattern } from './check-node.ts';
import { failing, firstOf, holding, unknowing, whenEqual, whenFails, whenHolds, whenTrue } from './check-steps.ts';
import { NOW } from './compiled-rule.ts';
import { parseInteger } from './parse-integer.ts';
import { forRows, someRow } from './row-steps.ts';

/** The steps of a plan. */
export function emitSteps(nodes: CheckNodes, caller: CheckPlan, tools: EmitTools): Step {
  return firstOf(nodes.map((node) => emitNode(node, caller, tools)).filter((step) => step !== failing));
}

export interface EmitTools {
  readonly machine: CheckMachine;
  readonly catalog: Catalog;
}

function emitNode(node: CheckNode, caller: CheckPlan, tools: EmitTools): Step {
  const { machine } = tools;
  const next = 'next' in node ? emitSteps(node.next, caller, tools) : holding;
  switch (node.kind) {
    case 'holds':
      return holding;
    case 'unknown':
      return unknowing;
    case 'rows':
      return isHopeless(node.rows, tools) ? failing : forRows(tools, node.rows, next);
    case 'some-row':
      return isHopeless(node.rows, tools) ? failing : someRow(tools, node);
    case 'equal':
      return whenEqual(machine, node.left, node.right, next);
    case 'compare':
      return whenTrue(comparison(node, tools), next);
    case 'among': {
      const { item, values } = node;
      return whenTrue((frame) => values.has(machine.read(item, frame)), next);
    }
    case 'goal': {
      const call = { plan: node.plan, caller, operands: node.operands };
      return node.isNegated ? whenFails(machine, call, next) : whenHolds(machine, call, next);
    }
  }
}

/** A policy value that no fact mentions is in no row. */
function isHopeless({ operands }: RowPattern, { catalog }: EmitTools): boolean {
  return operands.some((operand) => operand !== undefined && operand < REGISTER && operand >= catalog.storedEnd);
}

function comparison(
  { operator, left, right }: Extract<CheckNode, { kind: 'compare' }>,
  tools: EmitTools,
): (frame: number) => boolean {
  const { machine } = tools;
  if (operator === '!=') return (frame) => machine.read(left, frame) !== machine.read(right, frame);
  const a = integerReader(left, tools);
  const b = integerReader(right, tools);
  return (frame) => areInOrder(operator, a(frame), b(frame));
}

type IntegerReader = (frame: number) => number | bigint | undefined;

function integerReader(operand: Operand, { machine, catalog }: EmitTools): IntegerReader {
  if (operand === NOW) return () => machine.now;
  if (operand < REGISTER) {
    const integer = parseInteger(catalog.valueOf(operand));
    return () => integer;
  }
  return (frame) => {
    const handle = machine.read(operand, frame);
    // A value that only the question mentions: the checker is asked about none that are Integers.
    return handle < catalog.valuesEnd ? parseInteger(catalog.valueOf(handle)) : undefined;
  };
}
