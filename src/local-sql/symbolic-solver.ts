import type { Goals, GoalTerm } from '../engine/goals.ts';
import { unboundedError } from '../engine/unbounded-error.ts';
import type { Value } from '../facts/fact.ts';
import type { Literal, Rule, Term, TypeSet } from '../program/program.ts';
import { typeSetKey } from '../program/type-set.ts';
import type { Answer, AnswerTerm } from './answer.ts';
import { answerOf } from './answer-of.ts';
import type { Binding } from './binding.ts';
import { compareTerms, enumerateList, type TermAlgebra } from './built-in-literals.ts';
import { chooseLiteral } from './choose-literal.ts';
import { KnownAnswers, withoutSubsumed } from './components.ts';
import { describeGoal, type GoalOfCall, goalKey } from './describe-goal.ts';
import type { LocalReach, RuleBook } from './local-rules.ts';
import { normalizeResidual } from './normalize-residual.ts';
import { factRule, openRule, shiftRule } from './open-rule.ts';
import { checkRecursion, mixedRecursion, tooManyBranches } from './recursion.ts';
import { type Atom, type Residual, renameAtoms, renameColumn, sameColumn } from './residual.ts';
import { fork, narrow, type Resolved, resolve, type State, typesOf, unify } from './state.ts';
import type { Consumer, Frame, Suspended, SymbolicTable, Task } from './symbolic-table.ts';

/** Deepest evaluation within an evaluation: `not` within `not`, and goals that must know their columns. */
const MAX_DEPTH = 24;
/** Most answers of all goals: beyond, SQL would be of no use to a database. */
const MAX_ANSWERS = 100_000;

/** What all evaluations of one question share. */
export interface Question {
  readonly goals: Goals;
  readonly book: RuleBook;
  readonly reach: LocalReach;
  readonly bindings: readonly Binding[];
  /** Whether a column of this value's type can hold it. */
  readonly fits: (value: Value) => boolean;
  atomCount: number;
  answerCount: number;
}

/**
 * Evaluates rules over facts of which some are known only to the database: an answer carries what the database must still
 * find. Goals that no row of the database can touch are left to the engine. Tabling as in the engine's solver: each
 * (consumer, answer) pair is processed once.
 */
export class SymbolicSolver {
  readonly #question: Question;
  readonly #depth: number;
  readonly #tables = new Map<string, SymbolicTable>();
  readonly #tasks: Task[] = [];

  constructor(question: Question, depth = 0) {
    this.#question = question;
    this.#depth = depth;
  }

  /** Every way to satisfy a body, each with what its variables stand for. */
  solveBody(rule: Rule, pending: readonly Literal[], state: State): readonly State[] {
    if (this.#depth > MAX_DEPTH) throw mixedRecursion(rule);
    const found: State[] = [];
    const frame: Frame = { rule, table: undefined, finish: (done) => found.push(done) };
    this.#tasks.push({ kind: 'body', frame, pending, state });
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) this.#work(task);
    return found;
  }

  #work(task: Task): void {
    this.#question.goals.step();
    if (task.kind === 'body') this.#advance(task.frame, task.pending, task.state);
    else {
      const { frame, pending } = task.consumer;
      const state = this.#applyAnswer(task.consumer, task.answer);
      if (state !== undefined) this.#advance(frame, pending, state);
    }
  }

  #advance(frame: Frame, body: readonly Literal[], state: State): void {
    let pending = body;
    while (pending.length > 0) {
      const position = chooseLiteral(pending, state, this.#question.goals);
      const literal = pending[position];
      pending = pending.toSpliced(position, 1);
      if (literal === undefined || !this.#goOn(literal, { frame, pending, state })) return;
    }
    frame.finish(state);
  }

  /** True when the body goes on at once, in the same state. */
  #goOn(literal: Literal, at: Suspended): boolean {
    const { state, frame } = at;
    switch (literal.kind) {
      case 'false':
        return false;
      case 'matches':
        return narrow(state, this.#resolve(state, { kind: 'variable', index: literal.variable }), literal.types);
      case 'equal':
        return this.#unify(state, literal.left, literal.right);
      case 'compare':
        return compareTerms(
          state,
          {
            operator: literal.operator,
            left: this.#resolve(state, literal.left),
            right: this.#resolve(state, literal.right),
          },
          { rule: frame.rule, fits: this.#question.fits },
        );
      case 'in':
        this.#continue(at, enumerateList(state, literal, this.#terms));
        return false;
      case 'call':
        this.#call(literal, at);
        return false;
      case 'not':
        return this.#negate(literal, at);
    }
  }

  readonly #terms: TermAlgebra = {
    resolve: (state, term) => this.#resolve(state, term),
    unify: (state, left, right) => unify(state, left, right, this.#question.fits),
    fits: (value) => this.#question.fits(value),
  };

  #continue({ frame, pending }: Suspended, states: readonly State[]): void {
    for (const state of states.toReversed()) this.#tasks.push({ kind: 'body', frame, pending, state });
  }

  #call({ predicate, args }: Extract<Literal, { kind: 'call' }>, at: Suspended): void {
    const { state, frame } = at;
    const { goals, reach } = this.#question;
    const resolved = args.map((term) => this.#resolve(state, term));
    const asked = describeGoal(state, resolved);
    const demands = goals.demands(predicate, args.length);
    if (resolved.some((term, position) => term.kind === 'column' && demands.has(position))) {
      this.#continue(at, this.#callInPlace(predicate, resolved, at));
    } else if (reach.reaches(predicate, asked.goal)) {
      const table = this.#tableFor(predicate, asked);
      frame.table?.calls.add(table);
      const consumer: Consumer = { ...at, table, terms: asked.terms };
      table.consumers.push(consumer);
      for (const answer of table.answers) this.#tasks.push({ kind: 'answer', consumer, answer });
    } else this.#continue(at, this.#join(state, resolved, goals.answers(predicate, asked.goal)));
  }

  /** The states after a call whose answers are known. Many values of one column become one state. */
  #join(state: State, args: readonly Resolved[], answers: readonly (readonly GoalTerm[])[]): readonly State[] {
    const open = args.filter((arg) => arg.kind !== 'value');
    const [column] = open;
    if (
      answers.length > 1 &&
      column?.kind === 'column' &&
      open.every((arg) => arg.kind === 'column' && sameColumn(arg, column))
    ) {
      const position = args.indexOf(column);
      const values = answers.map((answer) => answer[position]);
      if (values.every((term) => term?.kind === 'value')) {
        return enumerateList(state, { item: column, list: values }, this.#terms);
      }
    }
    return answers.flatMap((answer) => {
      const next = fork(state);
      return this.#applyTerms(next, args, answer) ? [next] : [];
    });
  }

  /** Evaluates a call with the very terms of its caller, because a rule compares or negates a column. */
  #callInPlace(predicate: string, args: readonly Resolved[], { state }: Suspended): readonly State[] {
    const { book, goals, bindings } = this.#question;
    const states = [...this.#join(state, args, goals.facts(predicate, describeGoal(state, args).goal))];
    for (const binding of bindings) {
      const row = this.#rowOf(binding, predicate, args.length);
      const next = fork(state);
      if (row === undefined || !this.#applyTerms(next, args, row.terms)) continue;
      next.atoms = [...next.atoms, row.atom];
      states.push(next);
    }
    for (const original of book.rulesOf(predicate, args.length)) {
      const inner = fork(state);
      const rule = shiftRule(original, inner.entries.length);
      inner.entries.push(...original.variables.map(({ types }) => ({ kind: 'free' as const, types })));
      const isMet = rule.params.every((param, position) => {
        const arg = args[position];
        return arg !== undefined && this.#unify(inner, param, arg);
      });
      if (isMet) states.push(...new SymbolicSolver(this.#question, this.#depth + 1).solveBody(rule, rule.body, inner));
    }
    return states;
  }

  #negate(literal: Extract<Literal, { kind: 'not' }>, { state, frame: { rule } }: Suspended): boolean {
    const known = state.conditions.filter(({ kind }) => kind === 'equal');
    const inner: State = { entries: [...state.entries], atoms: [], conditions: known, taken: [] };
    const free = this.#question.book
      .sharedVariables(literal, rule)
      .map((index) => this.#resolve(state, { kind: 'variable', index }))
      .flatMap((root) => (root.kind === 'free' ? root.variable : []));
    const branches: Residual[] = [];
    for (const done of new SymbolicSolver(this.#question, this.#depth + 1).solveBody(rule, literal.body, inner)) {
      if (!free.every((variable) => isUntouched(done, variable, typesOf(state, variable)))) {
        throw unboundedError('negation', rule);
      }
      const conditions = done.conditions.filter((condition) => !known.includes(condition));
      const normal = normalizeResidual({ atoms: done.atoms, conditions })?.residual;
      if (normal === undefined) continue;
      if (normal.atoms.length === 0 && normal.conditions.length === 0) return false;
      branches.push(normal);
    }
    if (branches.length > 0) {
      const least = withoutSubsumed(branches.map((residual) => ({ terms: [], residual })));
      state.conditions = [...state.conditions, { kind: 'none', branches: least.map(({ residual }) => residual) }];
    }
    return true;
  }

  #tableFor(predicate: string, { goal, positions }: GoalOfCall): SymbolicTable {
    const key = goalKey(predicate, goal);
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table: SymbolicTable = {
      goal: { predicate, args: goal, positions },
      answers: [],
      known: new KnownAnswers(),
      consumers: [],
      calls: new Set(),
    };
    this.#tables.set(key, table);
    this.#open(table);
    return table;
  }

  #open(table: SymbolicTable): void {
    const { goals, bindings, book } = this.#question;
    const { predicate, args } = table.goal;
    for (const rule of book.rulesOf(predicate, args.length)) {
      const state = openRule(rule, args, this.#terms);
      if (state === undefined) continue;
      const frame: Frame = { rule, table, finish: (done) => this.#answer(table, rule, done) };
      this.#tasks.push({ kind: 'body', frame, pending: rule.body, state });
    }
    const rule = factRule(predicate, args);
    const rows = goals.facts(predicate, args).map((terms) => ({ terms, atom: undefined }));
    const local = bindings.flatMap((binding) => this.#rowOf(binding, predicate, args.length) ?? []);
    for (const { terms, atom } of [...rows, ...local]) {
      const state = openRule(rule, args, this.#terms);
      const params = rule.params.map((param) => (state ? this.#resolve(state, param) : param));
      if (state === undefined || !this.#applyTerms(state, params, terms)) continue;
      if (atom !== undefined) state.atoms = [atom];
      this.#answer(table, rule, state);
    }
  }

  /** A new row of a binding, when it is one of this predicate. */
  #rowOf(
    binding: Binding,
    predicate: string,
    arity: number,
  ): { readonly terms: readonly AnswerTerm[]; readonly atom: Atom } | undefined {
    if (binding.predicate !== predicate || binding.args.length !== arity) return undefined;
    const atom: Atom = { id: this.#question.atomCount++, binding };
    const terms = binding.args.map(
      (arg, position): AnswerTerm => (arg.kind === 'value' ? arg : { kind: 'column', atom, position, type: arg.type }),
    );
    return { terms, atom };
  }

  #applyAnswer({ state: caller, terms, table }: Consumer, { terms: found, residual }: Answer): State | undefined {
    const names = new Map(
      residual.atoms.map((atom) => [atom, { id: this.#question.atomCount++, binding: atom.binding }]),
    );
    const renamed = renameAtoms(residual, names);
    const state = fork(caller);
    state.atoms = [...state.atoms, ...renamed.atoms];
    state.conditions = [...state.conditions, ...renamed.conditions];
    if (renamed.atoms.length > 0) state.taken = [...state.taken, { table, rows: renamed.atoms.length }];
    const values = found.map((term) => (term.kind === 'column' ? renameColumn(term, names) : term));
    return this.#applyTerms(state, terms, values) ? state : undefined;
  }

  /** Makes terms equal to those of an answer. False when they cannot be. */
  #applyTerms(state: State, args: readonly (Resolved | Term)[], found: readonly (AnswerTerm | GoalTerm)[]): boolean {
    const firsts = new Map<number, Resolved>();
    return found.every((term, position) => {
      const given = args[position];
      if (given === undefined) return false;
      const arg = this.#resolve(state, given);
      if (term.kind !== 'free') return this.#terms.unify(state, arg, this.#resolve(state, term));
      const first = firsts.get(term.number);
      if (first !== undefined) return this.#terms.unify(state, arg, this.#resolve(state, first));
      firsts.set(term.number, arg);
      return narrow(state, arg, term.types);
    });
  }

  #answer(table: SymbolicTable, rule: Rule, state: State): void {
    const answer = answerOf(table, rule, state, this.#terms);
    if (answer === undefined) return;
    const statement = table.known.read(answer);
    if (statement === undefined) return;
    checkRecursion({ table, rule, state, answer });
    if (++this.#question.answerCount > MAX_ANSWERS) throw tooManyBranches(rule);
    table.known.add(statement);
    table.answers.push(answer);
    for (const consumer of table.consumers) this.#tasks.push({ kind: 'answer', consumer, answer });
  }

  #resolve(state: State, term: Term | Resolved): Resolved {
    return resolve(state, term, this.#question.goals.now);
  }

  #unify(state: State, left: Term | Resolved, right: Term | Resolved): boolean {
    return this.#terms.unify(state, this.#resolve(state, left), this.#resolve(state, right));
  }
}

function isUntouched({ entries }: State, variable: number, types: TypeSet): boolean {
  const entry = entries[variable];
  return entry?.kind === 'free' && typeSetKey(entry.types) === typeSetKey(types);
}
