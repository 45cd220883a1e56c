import type { Catalog } from './catalog.ts';
import { type CheckMachine, type CheckPlan, type Operand, REGISTER } from './check-machine.ts';
import { type CheckNode, type CheckNodes, countNodes, depthOf, HOLDING, inlineNodes, UNKNOWING } from './check-node.ts';
import { unknowing } from './check-steps.ts';
import { chooseLiteral } from './choose-literal.ts';
import { type CompiledLiteral, NOW, type Predicate, type TermCode } from './compiled-rule.ts';
import { emitSteps } from './emit-steps.ts';
import { type Environment, follow, narrow, typesOf, unify } from './environment.ts';
import { factorNodes } from './factor-nodes.ts';
import type { RelationAccess } from './relation-access.ts';
import { mentions, shiftLiteral, shiftTerm } from './shift-literal.ts';

/** Most pieces that one question may be compiled into; beyond, the solver answers. Arbitrary, some megabytes. */
const MAX_PIECES = 20_000;
/** Largest plan that becomes part of its callers; arbitrary, a role hierarchy over two types. */
const MAX_INLINED = 64;
/** Most conditions on the way to a place, through all plans around it; keeps the JavaScript stack shallow. */
const MAX_COMPILE_DEPTH = 200;

/** An argument of a plan: a policy value, or a value of this type that the question brings. */
export type Argument = { readonly value: number } | { readonly type: number };

/** What a plan is for. */
export interface CheckGoal {
  readonly predicate: Predicate;
  readonly args: readonly Argument[];
  /** Whether it is asked within `not`. */
  readonly isNegated: boolean;
}

/** A body on its way to becoming steps. Variables stand for operands; each register has a type. */
interface Scope {
  readonly plan: Plan;
  readonly environment: Environment;
  readonly registerTypes: readonly number[];
  /** Predicates whose rules are unfolded around this place. */
  readonly unfolding: readonly Predicate[];
  /** Within `not`, what has no value must not count as a failure. */
  readonly isNegated: boolean;
}

interface Plan extends CheckPlan {
  /** Undefined until it is compiled. */
  nodes: CheckNodes | undefined;
}

/** What is left of a body. */
interface Rest {
  readonly rest: Literals;
  readonly scope: Scope;
}

type Literals = readonly CompiledLiteral[];

/**
 * Compiles goals without variables into steps over integer handles: one plan for each predicate and each combination of
 * policy values and argument types, so that heads are matched and types are checked at compile time.
 */
export class CheckCompiler {
  readonly #catalog: Catalog;
  readonly #machine: CheckMachine;
  readonly #plans = new Map<Predicate, Map<string, Plan>>();
  readonly #inProgress = new Set<Plan>();
  readonly #planned: CheckGoal[] = [];
  #planCount = 0;
  #pieces = 0;
  #depth = 0;

  constructor(catalog: Catalog, machine: CheckMachine) {
    this.#catalog = catalog;
    this.#machine = machine;
  }

  /** All goals that have plans; what a plan needs comes before it, but where goals need each other. */
  get planned(): readonly CheckGoal[] {
    return this.#planned;
  }

  /** The plan for a goal, with all plans below it. */
  compile(goal: CheckGoal): CheckPlan {
    this.#pieces = 0;
    return this.#planFor(goal);
  }

  #planFor(goal: CheckGoal): Plan {
    const { predicate, args, isNegated } = goal;
    const plans = this.#plans.get(predicate) ?? new Map<string, Plan>();
    this.#plans.set(predicate, plans);
    const key = `${isNegated} ${args.map((arg) => ('value' in arg ? arg.value : `t${arg.type}`)).join()}`;
    const known = plans.get(key);
    if (known !== undefined) {
      if (this.#inProgress.has(known)) known.isRecursive = true;
      return known;
    }
    const types = args.flatMap((arg) => ('type' in arg ? arg.type : []));
    const arity = types.length;
    const plan: Plan = {
      number: this.#planCount++,
      arity,
      size: arity,
      depth: 1,
      isRecursive: false,
      body: unknowing,
      nodes: undefined,
    };
    plans.set(key, plan);
    let register = REGISTER;
    const operands = args.map((arg) => ('value' in arg ? arg.value : register++));
    this.#inProgress.add(plan);
    const scope = { plan, environment: [], registerTypes: types, unfolding: [], isNegated };
    plan.nodes = factorNodes(this.#answers(predicate, operands, { rest: [], scope }));
    plan.depth = 1 + depthOf(plan.nodes);
    plan.body = emitSteps(plan.nodes, plan, { machine: this.#machine, catalog: this.#catalog });
    this.#inProgress.delete(plan);
    this.#planned.push(goal);
    return plan;
  }

  /** Every way to satisfy a call, and then the rest: stored rows, then rules. */
  #answers(predicate: Predicate, args: readonly TermCode[], next: Rest): CheckNodes {
    const rows = predicate.relations.flatMap((relation) => this.#rows(relation, args, next));
    const rules = predicate.rules.flatMap((rule) => {
      const offset = next.scope.environment.length;
      const scope = this.#copy(next.scope, { environment: [...next.scope.environment, ...rule.environment] });
      const pairs = rule.head.map((term, position) => [shiftTerm(term, offset), args[position] as TermCode] as const);
      const literals = rule.body.literals.map((literal) => shiftLiteral(literal, offset));
      return this.#equate(pairs, [...literals, ...next.rest], scope);
    });
    return [...rows, ...rules];
  }

  #body(literals: Literals, scope: Scope): CheckNodes {
    if (literals.length === 0) return HOLDING;
    if (++this.#pieces > MAX_PIECES || this.#depth >= MAX_COMPILE_DEPTH) return UNKNOWING;
    const position = chooseLiteral(literals, scope.environment);
    const literal = literals[position] as CompiledLiteral;
    const rest = literals.toSpliced(position, 1);
    this.#depth++;
    const nodes = this.#literal(literal, rest, scope);
    this.#depth--;
    return nodes;
  }

  #literal(literal: CompiledLiteral, rest: Literals, scope: Scope): CheckNodes {
    switch (literal.kind) {
      case 'equal':
        return this.#equate([[literal.left, literal.right]], rest, scope);
      case 'matches':
        return this.#matches(literal, rest, scope);
      case 'compare':
        return this.#compare(literal, rest, scope);
      case 'in':
        return this.#in(literal, rest, scope);
      case 'call':
        return this.#call(literal, rest, scope);
      case 'not':
        return this.#not(literal, rest, scope);
    }
  }

  #matches(
    { variable, types }: Extract<CompiledLiteral, { kind: 'matches' }>,
    rest: Literals,
    scope: Scope,
  ): CheckNodes {
    const term = follow(scope.environment, variable);
    const own = this.#copy(scope);
    const fits =
      term >= 0
        ? this.#catalog.types.has(types, this.#typeOf(term, scope))
        : narrow(own.environment, term, types, this.#catalog.types);
    return fits ? this.#body(rest, own) : [];
  }

  #compare(literal: Extract<CompiledLiteral, { kind: 'compare' }>, rest: Literals, scope: Scope): CheckNodes {
    const left = resolve(scope.environment, literal.left);
    const right = resolve(scope.environment, literal.right);
    const isKnown = (term: TermCode) => term >= 0 || term === NOW;
    if (!isKnown(left) || !isKnown(right)) return left === right || !scope.isNegated ? [] : UNKNOWING;
    const { operator } = literal;
    if (operator === '!=' && (left === NOW || right === NOW)) return UNKNOWING;
    return guard({ kind: 'compare', operator, left, right, next: this.#body(rest, scope) });
  }

  #in({ item, list, members }: Extract<CompiledLiteral, { kind: 'in' }>, rest: Literals, scope: Scope): CheckNodes {
    const term = resolve(scope.environment, item);
    if (term >= REGISTER && members !== undefined) {
      return guard({ kind: 'among', item: term, values: members, next: this.#body(rest, scope) });
    }
    return list.flatMap((element) => this.#equate([[item, element]], rest, scope));
  }

  #not({ predicate, args }: Extract<CompiledLiteral, { kind: 'not' }>, rest: Literals, scope: Scope): CheckNodes {
    const terms = args.map((arg) => resolve(scope.environment, arg));
    if (!terms.every((term) => term >= 0)) return UNKNOWING;
    const plan = this.#planFor({ predicate, args: this.#arguments(terms, scope), isNegated: true });
    const operands = terms.filter((term) => term >= REGISTER);
    return guard({ kind: 'goal', plan, operands, isNegated: true, next: this.#body(rest, scope) });
  }

  #call(literal: Extract<CompiledLiteral, { kind: 'call' }>, rest: Literals, scope: Scope): CheckNodes {
    const { predicate } = literal;
    const terms = literal.args.map((arg) => resolve(scope.environment, arg));
    if (terms.includes(NOW)) return UNKNOWING;
    if (predicate.rules.length === 0) return this.#answers(predicate, terms, { rest, scope });
    if (!terms.every((term) => term >= 0)) return this.#unfold(predicate, terms, { rest, scope });
    const { isNegated } = scope;
    const plan = this.#planFor({ predicate, args: this.#arguments(terms, scope), isNegated });
    const operands = terms.filter((term) => term >= REGISTER);
    if (plan.nodes?.length === 0) return [];
    if (rest.length === 0 && isInlined(plan)) {
      const base = scope.registerTypes.length;
      scope.plan.size = Math.max(scope.plan.size, base + plan.size - plan.arity);
      return inlineNodes(plan.nodes, operands, base);
    }
    return guard({ kind: 'goal', plan, operands, isNegated: false, next: this.#body(rest, scope) });
  }

  /** A derived call with free arguments becomes its rules' bodies, unless it is within itself. */
  #unfold(predicate: Predicate, args: readonly TermCode[], { rest, scope }: Rest): CheckNodes {
    if (scope.unfolding.includes(predicate)) return UNKNOWING;
    return this.#answers(predicate, args, {
      rest,
      scope: this.#copy(scope, { unfolding: [...scope.unfolding, predicate] }),
    });
  }

  /** Goes through the rows of a relation; what they bind goes to new registers. */
  #rows(relation: RelationAccess, args: readonly TermCode[], { rest, scope }: Rest): CheckNodes {
    const environment = [...scope.environment];
    const registerTypes = [...scope.registerTypes];
    const binds: [number, number][] = [];
    const pairs: [number, number][] = [];
    for (const [column, term] of args.entries()) {
      const type = relation.types[column] as number;
      if (term >= 0) {
        if (this.#typeOf(term, scope) !== type) return [];
        continue;
      }
      if (!this.#catalog.types.has(typesOf(scope.environment, term), type)) return [];
      const first = args.indexOf(term);
      if (first < column) pairs.push([first, column]);
      else if (mentions(rest, term, scope.environment)) {
        environment[-1 - term] = REGISTER + registerTypes.length;
        binds.push([column, registerTypes.push(type) - 1]);
      }
    }
    const next = this.#body(rest, this.#copy(scope, { environment, registerTypes }));
    const operands = args.map((term) => (term >= 0 ? term : undefined));
    return guard({ kind: 'rows', rows: { relation, operands, binds, pairs }, next });
  }

  /** Goes on when all pairs of terms can be equal; what only the run can tell becomes a comparison. */
  #equate(pairs: readonly (readonly [TermCode, TermCode])[], rest: Literals, scope: Scope): CheckNodes {
    const own = this.#copy(scope);
    const atRun: (readonly [Operand, Operand])[] = [];
    for (const pair of pairs) {
      const left = resolve(own.environment, pair[0]);
      const right = resolve(own.environment, pair[1]);
      if (left === NOW || right === NOW) return UNKNOWING;
      if (left < 0 || right < 0 || left === right) {
        const typeOf = (operand: Operand) => this.#typeOf(operand, own);
        if (!unify(own.environment, { left, right }, this.#catalog.types, typeOf)) return [];
        continue;
      }
      if (left < REGISTER && right < REGISTER) return [];
      if (this.#typeOf(left, own) !== this.#typeOf(right, own)) return [];
      atRun.push([left, right]);
    }
    const compare = (next: CheckNodes, [left, right]: readonly [Operand, Operand]) =>
      guard({ kind: 'equal', left, right, next });
    return atRun.reduce(compare, this.#body(rest, own));
  }

  /** A scope that may be changed, with its registers counted in the plan's frame. */
  #copy(scope: Scope, changes: Partial<Scope> = {}): Scope {
    const copy = { ...scope, environment: [...scope.environment], ...changes };
    copy.plan.size = Math.max(copy.plan.size, copy.registerTypes.length);
    return copy;
  }

  #arguments(terms: readonly Operand[], scope: Scope): readonly Argument[] {
    return terms.map((term) => (term < REGISTER ? { value: term } : { type: this.#typeOf(term, scope) }));
  }

  #typeOf(operand: Operand, { registerTypes }: Scope): number {
    if (operand >= REGISTER) return registerTypes[operand - REGISTER] as number;
    return this.#catalog.types.typeOf(this.#catalog.typeNameOf(operand));
  }
}

/** Small complete plans become part of their callers, where their looks at facts can be joined with others. */
function isInlined(plan: Plan): plan is Plan & { nodes: CheckNodes } {
  return plan.nodes !== undefined && !plan.isRecursive && countNodes(plan.nodes) <= MAX_INLINED;
}

function resolve(environment: Environment, term: TermCode): TermCode {
  return term >= 0 || term === NOW ? term : follow(environment, term);
}

/** A condition with nothing after it that could succeed is no way to go on. */
function guard(node: CheckNode & { readonly next: CheckNodes }): CheckNodes {
  return node.next.length === 0 ? [] : [node];
}
