import { quote } from '../../errors/quote.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import type { BlockNode, NameNode, StringNode } from '../ast.ts';
import { type BlockTable, type DeclaredName, declaredNames, findDeclared, typesOfActors } from '../block-table.ts';
import type { Finding, ValidationContext } from '../validation-context.ts';
import { type PolarNode, walk } from '../walk.ts';
import { declaredIn, undeclaredHint } from './declared-in.ts';

/** An error unless it says otherwise. */
type Fault = Omit<Finding, 'severity'> & Partial<Pick<Finding, 'severity'>>;
type Name = StringNode | NameNode;

/** What the names of a rule body mean: the block it stands in and the types that actors may have. */
interface Scope {
  readonly table: BlockTable;
  readonly block: BlockNode;
  readonly actorTypes: ReadonlySet<string>;
}

/**
 * Shorthand bodies
 *
 * A name in quotes is declared in its block or in what that extends; `on` takes a relation of the block and a name of
 * the related type; `global` takes a name of the global block. A relation alone should lead to an actor; elsewhere it never
 * holds, which is a warning (polar reference, 4.2, 4.3 and 9).
 */
export function shorthandBodies({ blocks: table, nodesOf, report }: ValidationContext): void {
  const actorTypes = typesOfActors(table);
  for (const block of nodesOf('block')) {
    for (const { body } of block.rules) {
      walk(body, (node) => {
        const fault = faultOf({ table, block, actorTypes }, node);
        if (fault) report({ severity: 'error', ...fault });
      });
    }
  }
}

function faultOf(scope: Scope, node: PolarNode): Fault | undefined {
  if (node.kind === 'shorthand-global') return faultOfGlobal(scope, node.term);
  if (node.kind !== 'shorthand-term') return undefined;
  const { term, on } = node;
  if (on && scope.block.container === 'global') return misplacedOn(on);
  if (!on || (on.kind === 'name' && on.text === 'resource')) return faultOfPlain(scope, term);
  return on.kind === 'name' ? faultOfRelationName(on) : faultOfRelated(scope, term, on);
}

function faultOfGlobal({ table }: Scope, term: Name): Fault | undefined {
  if (term.kind === 'string' && table.global.has(term.value)) return undefined;
  const text = textOf(term);
  return undeclared(term, `${quote(text)} is not declared in the \`global\` block`, () => {
    const guess = didYouMean(text, table.global.keys());
    return guess ? `did you mean \`global "${guess}"\`?` : 'declare it as a role or permission of the `global` block';
  });
}

function misplacedOn({ span }: Name): Fault {
  const hint = 'global roles and permissions have no resource, hence no relations';
  return { code: 'POLAR_DECLARATION', message: '`on` has no meaning in the `global` block', span, hint };
}

function faultOfPlain(scope: Scope, term: Name): Fault | undefined {
  const { table, block } = scope;
  if (term.kind === 'name') {
    const hint = isAnyName(term) ? `say of what: \`${term.text} on "relation"\`` : `did you mean \`"${term.text}"\`?`;
    return undeclared(term, `the name ${quote(term.text)} alone has no meaning here`, hint);
  }
  const declared = declaredIn(table, block, term.value);
  if (declared) return faultOfRelationAlone(scope, term, declared);
  const message = `${quote(term.value)} is not declared in ${quote(block.name.text)}`;
  return undeclared(term, message, () => undeclaredHint(table, block, term.value));
}

function faultOfRelationName(on: NameNode): Fault {
  const message = `\`on\` takes a relation in quotes, not ${quote(on.text)}`;
  return undeclared(on, message, `did you mean \`"${on.text}"\`?`);
}

/** A relation whose type has no block is reported where it is declared. */
function faultOfRelated(scope: Scope, term: Name, on: StringNode): Fault | undefined {
  const { table, block } = scope;
  const relation = declaredIn(table, block, on.value);
  if (relation?.kind !== 'relation') {
    const message = `${quote(on.value)} is not a relation of ${quote(block.name.text)}`;
    return undeclared(on, message, () => relationHint(scope, on.value));
  }
  const type = relation.type.text;
  if (!table.blocks.has(type) || isAnyName(term)) return undefined;
  const text = textOf(term);
  const declared = term.kind === 'string' ? findDeclared(table, type, text) : undefined;
  if (declared) return faultOfRelationAlone(scope, term, declared);
  const message = `${quote(text)} is not declared in ${quote(type)}, the type of the relation ${quote(on.value)}`;
  return undeclared(term, message, () => {
    const guess = didYouMean(text, declaredNames(table, type).keys());
    return guess ? `did you mean \`"${guess}"\`?` : `declare it in the block of ${quote(type)}`;
  });
}

function relationHint({ table, block }: Scope, name: string): string {
  const declared = [...declaredNames(table, block.name.text).values()];
  const relations = declared.filter(({ kind }) => kind === 'relation').map((relation) => relation.name);
  const guess = didYouMean(name, relations);
  return guess ? `did you mean \`"${guess}"\`?` : `declare it among the relations of ${quote(block.name.text)}`;
}

function faultOfRelationAlone({ table, actorTypes }: Scope, term: Name, declared: DeclaredName): Fault | undefined {
  if (declared.kind !== 'relation') return undefined;
  const { text: type } = declared.type;
  if (!table.blocks.has(type) || actorTypes.has(type)) return undefined;
  return {
    severity: 'warning',
    code: 'POLAR_TYPE',
    message: `the relation ${quote(declared.name)} leads to ${quote(type)}, which is not an actor, so this never holds`,
    span: term.span,
    hint: `say what the actor is there: \`"role" on "${declared.name}"\``,
  };
}

function undeclared({ span }: Name, message: string, hint: Finding['hint']): Fault {
  return { code: 'POLAR_UNDECLARED', message, span, hint };
}

function isAnyName(term: Name): boolean {
  return term.kind === 'name' && (term.text === 'role' || term.text === 'permission');
}

function textOf(term: Name): string {
  return term.kind === 'string' ? term.value : term.text;
}
