import { compareDiagnostics, type Diagnostic } from '../errors/diagnostic.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { DeclareNode, PolicyNode, RuleNode } from '../polar/ast.ts';
import { type BlockTable, buildBlockTable } from '../polar/block-table.ts';
import { parsePolicy } from '../polar/parser.ts';
import { MAX_DIAGNOSTICS, validatePolicy } from '../polar/validate.ts';
import type { Source, Span } from '../source/source.ts';
import { checkRules } from './check-rules.ts';
import { checkTests } from './check-tests.ts';
import { defaultAllow } from './default-allow.ts';
import { expandBlock } from './expand-block.ts';
import { expandRule } from './expand-rule.ts';
import type { ExpandedRule } from './expanded-rule.ts';
import { declaredSignatures, factSignatures } from './fact-signatures.ts';
import { inferTypes } from './infer-types.ts';
import { policyMetadata } from './metadata.ts';
import { policyTests } from './policy-tests.ts';
import type { Program } from './program.ts';
import { simplifyRule } from './simplify-rule.ts';
import { MAX_CONDITIONS } from './split-expression.ts';
import { typeRule } from './static-types.ts';
import { checkStrata } from './strata.ts';
import { createTypeTable, type TypeTable } from './type-table.ts';

/** What became of a policy's text. Errors come sorted by place; a syntax error stops before all others. */
export type LoadedPolicy =
  | { readonly ok: true; readonly program: Program; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly errors: readonly Diagnostic[]; readonly warnings: readonly Diagnostic[] };

/**
 * Text → tree → checked tree → program. Several sources are one policy, concatenated (polar reference, 8). What is wrong
 * with the tree is reported before, and without, what only the expanded rules can tell.
 */
export function loadPolicy(sources: readonly Source[]): LoadedPolicy {
  try {
    const policy = parsePolicy(sources);
    const found = validatePolicy(policy);
    if (found.some(isError)) return refuse(found);
    const { program, diagnostics } = buildProgram(policy);
    const all = [...found, ...limit(diagnostics)].sort(compareDiagnostics);
    return all.some(isError) ? refuse(all) : { ok: true, program, warnings: all };
  } catch (error) {
    if (error instanceof OsoError) return refuse([asDiagnostic(error, sources)]);
    throw error;
  }
}

function refuse(diagnostics: readonly Diagnostic[]): LoadedPolicy {
  return {
    ok: false,
    errors: diagnostics.filter(isError),
    warnings: diagnostics.filter((diagnostic) => !isError(diagnostic)),
  };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

/** Errors go before warnings; a note where the rest begins is an error when errors are left out. */
function limit(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = [...diagnostics].sort(compareDiagnostics);
  const ranked = [...sorted.filter(isError), ...sorted.filter((diagnostic) => !isError(diagnostic))];
  const [first] = ranked.slice(MAX_DIAGNOSTICS);
  if (!first) return ranked;
  const { severity, code, span } = first;
  const message = `the report ends here: ${ranked.length - MAX_DIAGNOSTICS} more findings, the first of them here`;
  return [...ranked.slice(0, MAX_DIAGNOSTICS), { severity, code, message, span }];
}

/** An error about the policy as a whole points at its start. */
function asDiagnostic({ code, message, hint, span }: OsoError, sources: readonly Source[]): Diagnostic {
  const source = sources[0] as Source;
  const place: Span = span ?? { source, start: 0, end: 0 };
  return { severity: 'error', code, message, span: place, hint };
}

/** Throws POLAR_COMPLEX. */
function buildProgram(policy: PolicyNode): { program: Program; diagnostics: readonly Diagnostic[] } {
  const blocks = buildBlockTable(policy);
  const types = createTypeTable(blocks.blocks);
  const typed = expandAll(policy, blocks, types).map(typeRule);
  const declared = declaredSignatures(declaresOf(policy), blocks, types);
  const inferred = inferTypes(typed, declared, types);
  const signatures = factSignatures({ declared, rules: typed, inferred, table: types });
  const kept = typed.flatMap((rule) => {
    const simple = simplifyRule(rule.rule);
    return simple ? [{ rule, simple }] : [];
  });
  const program: Program = {
    types,
    rules: kept.map(({ simple }) => simple),
    signatures,
    metadata: policyMetadata(blocks),
    tests: policyTests(policy, types),
  };
  const diagnostics = [
    ...checkRules(typed, inferred, types),
    ...checkStrata(
      kept.map(({ rule }) => rule),
      types,
    ),
    ...checkTests(policy, { types, signatures, rules: typed.map(({ rule }) => rule) }),
  ];
  return { program, diagnostics };
}

function expandAll(policy: PolicyNode, blocks: BlockTable, types: TypeTable): readonly ExpandedRule[] {
  const budget = { conditions: MAX_CONDITIONS };
  const nodes: RuleNode[] = policy.items.flatMap((item) => {
    if (item.kind === 'block') return expandBlock(item, blocks);
    return item.kind === 'rule' ? [item] : [];
  });
  const rules = nodes.flatMap((node) => expandRule(node, types, budget));
  const hasAllow = nodes.some(({ head }) => head.name.text === 'allow' && head.parameters.length === 3);
  return hasAllow ? rules : [...rules, defaultAllow()];
}

function declaresOf(policy: PolicyNode): readonly DeclareNode[] {
  return policy.items.filter((item) => item.kind === 'declare');
}
