import { OsoError } from '../errors/oso-error.ts';
import type { Rule } from '../program/program.ts';
import { areInOrder } from './are-in-order.ts';
import { chooseLiteral } from './choose-literal.ts';
import { type CompiledLiteral, NOW, type PendingLiterals, type Predicate, type TermCode } from './compiled-rule.ts';
import { alias, bind, type Environment, follow, freeVariable, narrow, typesOf, unify } from './environment.ts';
import { judgeNegation } from './negation.ts';
import { bodyFor, matchesGoal, openRule } from './open-rule.ts';
import type { RequestState } from './request-state.ts';
import { type RowScan, startScan } from './row-scan.ts';
import { type Consumer, type Frame, Goal, type Suspended, Table, TableSpace } from './table.ts';
import type { Task } from './task.ts';
import { unboundedError } from './unbounded-error.ts';

/** Deepest `not` within `not`; strata keep honest policies far below. */
const MAX_NEGATION_DEPTH = 200;

interface SolverOptions {
  readonly completed?: TableSpace | undefined;
  readonly depth?: number | undefined;
  /** Rules that count as missing. */
  readonly leftOut?: ReadonlySet<Rule> | undefined;
}

/**
 * Answers goals completely: tabling over a worklist, with no recursion between goals. Each (consumer, answer) pair
 * is processed once, so cyclic data end; a ground goal stops at its first answer.
 *
 * A nested solver judges the body of a `not`: there a comparison without values is an error and not a failure, because
 * a failure under `not` would grant.
 */
export class Solver {
  readonly #request: RequestState;
  readonly #tables = new TableSpace();
  readonly #tasks: Task[] = [];
  /** Tables that nested runs of this request have completed. */
  readonly #completed: TableSpace;
  readonly #negationDepth: number;

  readonly #leftOut: ReadonlySet<Rule> | undefined;

  constructor(request: RequestState, { completed = new TableSpace(), depth = 0, leftOut }: SolverOptions = {}) {
    this.#request = request;
    this.#completed = completed;
    this.#negationDepth = depth;
    this.#leftOut = leftOut;
  }

  /** The answers to a goal, given as values and wildcards. May be asked again: tables are kept. */
  solve(predicate: Predicate, row: readonly number[]): Table {
    const table = this.#tableFor(predicate, row);
    for (let task = this.#tasks.at(-1); task !== undefined && !table.isDone; task = this.#tasks.at(-1)) {
      this.#work(task);
    }
    return table;
  }

  #work(task: Task): void {
    switch (task.kind) {
      case 'body':
        this.#tasks.pop();
        if (!task.frame.table.isDone) this.#advance(task.frame, task.pending, task.environment);
        break;
      case 'scan':
        this.#continueScan(task);
        break;
      case 'load':
        this.#load(task.table, task.scan);
        break;
      case 'rules':
        this.#openNextRule(task);
        break;
      case 'consumer':
        this.#consume(task);
        break;
    }
  }

  #openNextRule(task: Extract<Task, { kind: 'rules' }>): void {
    const rule = task.table.goal.predicate.rules[task.next++];
    if (rule === undefined || task.table.isDone) {
      this.#tasks.pop();
      return;
    }
    this.#request.meter.step();
    if (this.#leftOut?.has(rule.rule)) return;
    const environment = openRule(rule, task.table.goal, this.#request);
    if (environment === undefined) return;
    this.#advance({ table: task.table, rule }, bodyFor(rule, task.table.goal), environment);
  }

  #load(table: Table, scan: RowScan): void {
    const depth = this.#tasks.length;
    while (this.#tasks.length === depth) {
      if (table.isDone || !scan.next()) {
        this.#tasks.pop();
        return;
      }
      this.#answer(
        table,
        scan.columns.map((column) => scan.value(column)),
      );
    }
  }

  #continueScan(task: Extract<Task, { kind: 'scan' }>): void {
    const { frame, pending, scan } = task;
    const depth = this.#tasks.length;
    while (this.#tasks.length === depth) {
      if (frame.table.isDone || !scan.next()) {
        this.#tasks.pop();
        return;
      }
      const environment = task.environment.slice();
      for (const column of scan.columns) bind(environment, scan.terms[column] as TermCode, scan.value(column));
      this.#advance(frame, pending, environment);
    }
  }

  #consume(consumer: Consumer): void {
    const { frame, table, pending } = consumer;
    const depth = this.#tasks.length;
    while (this.#tasks.length === depth) {
      if (frame.table.isDone || consumer.next >= table.answers.size) {
        this.#tasks.pop();
        consumer.isQueued = false;
        return;
      }
      this.#request.meter.step();
      this.#advance(frame, pending, this.#applyAnswer(consumer, consumer.next++));
    }
  }

  #applyAnswer({ environment: caller, roots, table }: Consumer, answer: number): Environment {
    const { wildcards } = this.#request;
    const environment = caller.slice();
    let firsts: TermCode[] | undefined;
    for (let variable = 0; variable < roots.length; variable++) {
      const root = roots[variable] as TermCode;
      const code = table.answers.at(answer, variable);
      if (code >= 0) {
        bind(environment, root, code);
        continue;
      }
      firsts ??= [];
      const first = firsts[wildcards.numberOf(code)];
      if (first === undefined) {
        firsts[wildcards.numberOf(code)] = root;
        environment[-1 - root] = freeVariable(wildcards.typesOf(code));
      } else alias(environment, root, first);
    }
    return environment;
  }

  /** Does the literals of a body until it ends, fails, or waits. */
  #advance(frame: Frame, body: PendingLiterals, environment: Environment): void {
    let pending = body;
    while (pending.literals.length > 0) {
      this.#request.meter.choose(pending.literals.length);
      const position = chooseLiteral(pending.literals, environment);
      const literal = pending.literals[position] as CompiledLiteral;
      pending = pending.without(position);
      if (!this.#goOn(literal, { frame, pending, environment })) return;
    }
    this.#answer(frame.table, this.#answerRow(frame, environment));
  }

  /** True when the body goes on at once. */
  #goOn(literal: CompiledLiteral, at: Suspended): boolean {
    const { environment } = at;
    const { sets } = this.#request.names;
    switch (literal.kind) {
      case 'matches': {
        const term = this.#resolve(environment, literal.variable);
        return term >= 0
          ? sets.has(literal.types, this.#request.typeOf(term))
          : narrow(environment, term, literal.types, sets);
      }
      case 'equal':
        return this.#unify(environment, literal.left, literal.right);
      case 'compare':
        return this.#compare(literal, at);
      case 'in':
        return this.#among(literal, at);
      case 'call':
        return literal.predicate.rules.length === 0 ? this.#read(literal, at) : this.#call(literal, at);
      case 'not':
        return this.#negate(literal, at);
    }
  }

  #compare(literal: Extract<CompiledLiteral, { kind: 'compare' }>, { frame, environment }: Suspended): boolean {
    const left = this.#resolve(environment, literal.left);
    const right = this.#resolve(environment, literal.right);
    if (left >= 0 && right >= 0) {
      if (literal.operator === '!=') return left !== right;
      return areInOrder(literal.operator, this.#request.integerOf(left), this.#request.integerOf(right));
    }
    if (left === right) return false;
    const isAsked = this.#isOutput(frame, environment, left) || this.#isOutput(frame, environment, right);
    if (isAsked || this.#negationDepth > 0) throw unboundedError('comparison', frame.rule.rule);
    return false;
  }

  /** True when the item is known and in the list; else the body goes on once for each that it may be. */
  #among({ item, list, members }: Extract<CompiledLiteral, { kind: 'in' }>, at: Suspended): boolean {
    const known = this.#resolve(at.environment, item);
    if (known >= 0 && members !== undefined) return members.has(known);
    for (const term of list.toReversed()) {
      this.#request.meter.step();
      const environment = [...at.environment];
      if (this.#unify(environment, item, term)) this.#tasks.push({ ...at, kind: 'body', environment });
    }
    return false;
  }

  /** A call that only stored and context facts answer. True when it is ground and holds. */
  #read(call: Extract<CompiledLiteral, { kind: 'call' }>, at: Suspended): boolean {
    const { environment } = at;
    const pattern = call.args.map((term) => this.#resolve(environment, term));
    const isGround = pattern.every((term) => term >= 0);
    for (const row of this.#request.contextFacts(call.predicate)?.candidates(pattern) ?? []) {
      this.#request.meter.step();
      const extended = [...environment];
      if (!row.every((value, column) => this.#unify(extended, call.args[column] as TermCode, value))) continue;
      if (isGround) return true;
      this.#tasks.push({ ...at, kind: 'body', environment: extended });
    }
    for (const scan of this.#scans(call.predicate, pattern, (root) => typesOf(environment, root))) {
      if (isGround && scan.next()) return true;
      if (!isGround) this.#tasks.push({ kind: 'scan', frame: at.frame, pending: at.pending, environment, scan });
    }
    return false;
  }

  /** A call that rules answer too. True when it is ground and known to hold. */
  #call(call: Extract<CompiledLiteral, { kind: 'call' }>, { frame, pending, environment }: Suspended): boolean {
    const roots: TermCode[] = [];
    const row = call.args.map((arg) => {
      const term = this.#resolve(environment, arg);
      return term >= 0 ? term : this.#wildcard(frame, environment, this.#variableNumber(roots, term));
    });
    const table = this.#tableFor(call.predicate, row);
    if (table.isDone) return true;
    const consumer: Consumer = {
      kind: 'consumer',
      frame,
      pending,
      environment,
      table,
      roots,
      next: 0,
      isQueued: false,
    };
    table.consumers.push(consumer);
    if (table.answers.size > 0) this.#wake(consumer);
    return false;
  }

  #negate(literal: Extract<CompiledLiteral, { kind: 'not' }>, { frame, environment }: Suspended): boolean {
    const roots: TermCode[] = [];
    const row = literal.args.map((arg) => {
      const term = this.#resolve(environment, arg);
      if (term >= 0) return term;
      const { number, root } = this.#variableNumber(roots, term);
      return this.#request.wildcards.code(typesOf(environment, root), number, true);
    });
    const verdict = judgeNegation(this.#complete(literal.predicate, row, frame), this.#request.names);
    switch (verdict.kind) {
      case 'holds':
        return true;
      case 'fails':
        return false;
      case 'narrows':
        return narrow(environment, roots[0] as TermCode, verdict.types, this.#request.catalog.types);
      case 'unbounded':
        throw unboundedError('negation', frame.rule.rule);
    }
  }

  /** The complete table of a negated body, from a run of its own. */
  #complete(predicate: Predicate, row: readonly number[], { rule: { rule } }: Frame): Table {
    const known = this.#completed.find(predicate, row);
    if (known !== undefined) return known;
    const depth = this.#negationDepth + 1;
    if (depth > MAX_NEGATION_DEPTH) {
      throw new OsoError('EVAL_LIMIT', `a negation in \`${rule.predicate}\` depends on itself`, { span: rule.span });
    }
    const nested = new Solver(this.#request, { completed: this.#completed, depth, leftOut: this.#leftOut });
    const table = nested.solve(predicate, row);
    if (nested.#tasks.length === 0) this.#completed.addAll(nested.#tables);
    else this.#completed.add(row, table);
    return table;
  }

  #tableFor(predicate: Predicate, row: readonly number[]): Table {
    const known =
      this.#tables.find(predicate, row) ?? (this.#negationDepth > 0 ? this.#completed.find(predicate, row) : undefined);
    if (known !== undefined) return known;
    this.#request.meter.step();
    const table = new Table(new Goal(predicate, row, this.#request.wildcards));
    this.#tables.add(row, table);
    this.#open(table);
    return table;
  }

  /** Facts lie above rules, so they are looked at first. */
  #open(table: Table): void {
    const { predicate, args, types } = table.goal;
    if (predicate.rules.length > 0) this.#tasks.push({ kind: 'rules', table, next: 0 });
    for (const scan of this.#scans(predicate, args, (variable) => types[-1 - variable] as number)) {
      this.#tasks.push({ kind: 'load', table, scan });
    }
    for (const row of this.#request.contextFacts(predicate)?.candidates(args) ?? []) {
      this.#request.meter.step();
      if (matchesGoal(table.goal, row, this.#request))
        this.#answer(
          table,
          table.goal.positions.map((position) => row[position] as number),
        );
    }
  }

  /** Scans of the relations that can match. `setOf` gives the types of a free term. */
  #scans(predicate: Predicate, terms: readonly TermCode[], setOf: (term: TermCode) => number): RowScan[] {
    if (predicate.relations.length === 0) return [];
    const types = terms.map((term) => (term >= 0 ? this.#request.typeOf(term) : setOf(term)));
    const scans: RowScan[] = [];
    for (const relation of predicate.relations) {
      const scan = startScan(relation, { terms, types }, this.#request);
      if (scan !== undefined) scans.push(scan);
    }
    return scans;
  }

  #answer(table: Table, row: readonly number[]): void {
    const before = table.answers.size;
    table.answers.add(row);
    if (table.answers.size === before) return;
    for (const consumer of table.consumers) this.#wake(consumer);
  }

  #wake(consumer: Consumer): void {
    if (consumer.isQueued || consumer.frame.table.isDone) return;
    consumer.isQueued = true;
    this.#tasks.push(consumer);
  }

  #answerRow({ table, rule }: Frame, environment: Environment): number[] {
    const roots: TermCode[] = [];
    return table.goal.positions.map((position) => {
      const term = this.#resolve(environment, rule.head[position] as TermCode);
      if (term >= 0) return term;
      const { number, root } = this.#variableNumber(roots, term);
      return this.#request.wildcards.code(typesOf(environment, root), number, false);
    });
  }

  #variableNumber(roots: TermCode[], root: TermCode): { number: number; root: TermCode } {
    const number = roots.indexOf(root);
    return { number: number === -1 ? roots.push(root) - 1 : number, root };
  }

  #wildcard(frame: Frame, environment: Environment, variable: { number: number; root: TermCode }): number {
    const { number, root } = variable;
    return this.#request.wildcards.code(typesOf(environment, root), number, this.#isOutput(frame, environment, root));
  }

  /** Whether the question asks for the values of a root. */
  #isOutput({ table: { goal }, rule }: Frame, environment: Environment, root: TermCode): boolean {
    return (
      root < 0 &&
      goal.outputs.some(
        (isOutput, variable) =>
          isOutput && this.#resolve(environment, rule.head[goal.positions[variable] as number] as TermCode) === root,
      )
    );
  }

  #resolve(environment: Environment, term: TermCode): TermCode {
    if (term >= 0) return term;
    return term === NOW ? this.#request.now : follow(environment, term);
  }

  #unify(environment: Environment, a: TermCode, b: TermCode): boolean {
    const terms = { left: this.#resolve(environment, a), right: this.#resolve(environment, b) };
    const { sets, typeOf } = this.#request.names;
    return unify(environment, terms, sets, typeOf);
  }
}
