import type { Diagnostic } from '../errors/diagnostic.ts';
import type { PolicyNode } from './ast.ts';
import { type BlockTable, buildBlockTable } from './block-table.ts';
import { type PolarNode, walk } from './walk.ts';

/** A diagnostic whose hint may be worked out later, only when it is shown: searching for a similar name takes time. */
export interface Finding extends Omit<Diagnostic, 'hint'> {
  readonly hint?: string | (() => string | undefined) | undefined;
}

/** The nodes that have this kind, also when they share their type with another kind, as `or` does with `and`. */
type NodeOfKind<K extends PolarNode['kind'], N extends PolarNode = PolarNode> = N extends PolarNode
  ? K extends N['kind']
    ? N
    : never
  : never;

/** What a validation rule may look at, and where it reports. */
export interface ValidationContext {
  readonly policy: PolicyNode;
  readonly blocks: BlockTable;
  /** Every node of the kind, in the order of the text. */
  nodesOf<K extends PolarNode['kind']>(kind: K): readonly NodeOfKind<K>[];
  report(finding: Finding): void;
}

/** A context over one policy; findings go to the array in the order of report. */
export function createValidationContext(policy: PolicyNode, findings: Finding[]): ValidationContext {
  const byKind = new Map<PolarNode['kind'], PolarNode[]>();
  walk(policy, (node) => {
    const nodes = byKind.get(node.kind);
    if (nodes) nodes.push(node);
    else byKind.set(node.kind, [node]);
  });
  return {
    policy,
    blocks: buildBlockTable(policy),
    nodesOf: (kind) => (byKind.get(kind) ?? []).filter((node) => isOfKind(node, kind)),
    report: (finding) => findings.push(finding),
  };
}

/** Always true for nodes filed under the kind; it tells the compiler. */
function isOfKind<K extends PolarNode['kind']>(node: PolarNode, kind: K): node is PolarNode & NodeOfKind<K> {
  return node.kind === kind;
}
