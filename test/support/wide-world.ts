import type { Fact, Value } from '../../src/facts/fact.ts';
import type { Source } from '../../src/source/source.ts';
import { Random } from './random.ts';
import type { RandomWorld } from './random-world.ts';
import {
  AGENT,
  ANY_NAME,
  DERIVED_TYPES,
  FAMILIES,
  GLOBAL,
  GLOBAL_RULES,
  GROUP,
  GROUP_RELATION,
  GROUP_ROLE,
  INTEGERS,
  NAMES,
  overlap,
  PERMISSION,
  PERMISSIONS,
  type Predicate,
  RELATION,
  ROLE,
  ROLES,
  STORED,
  STRANGE_ID,
} from './wide-vocabulary.ts';

/**
 * A random policy of what `randomWorld` never writes: hierarchies of several levels and parents, actors that extend, all
 * three primitives, predicates of no to five arguments, bodies of any shape, untyped and repeated variables, `matches!`,
 * lists with variables, global permissions, types without blocks, blocks in parts, the time anywhere, literals in every
 * spelling. Most of it makes no sense to a person.
 */
export interface WideWorld extends RandomWorld {
  /** The same policy in another order, in several files, on several systems. */
  readonly sources: readonly Source[];
  /** What questions may be about: name and the type of each argument. */
  readonly predicates: readonly Predicate[];
  /** Values that questions may name, some of which nothing mentions. */
  readonly values: readonly Value[];
}

/** `ids`: those of objects. */
export function wideWorld(seed: number, ids: readonly string[] = ['a', 'b']): WideWorld {
  return new WideMaker(seed, ids.slice(0, 2)).make();
}

interface Variable {
  readonly name: string;
  readonly type: string;
}

/** What a body may use: variables so far, and how deep `not` goes. */
interface Scope {
  /** Of the head. */
  readonly arity: number;
  readonly variables: Variable[];
  /** Predicates that may be called, and those that may be called within `not`. */
  readonly callable: readonly Predicate[];
  readonly deniable: readonly Predicate[];
}

class WideMaker {
  readonly #seed: number;
  readonly #ids: readonly string[];
  readonly #random: Random;
  readonly #derived: readonly Predicate[];
  readonly #integers: readonly string[];
  #variableCount = 0;

  constructor(seed: number, ids: readonly string[]) {
    this.#seed = seed;
    this.#ids = ids;
    this.#random = new Random(seed * 7919 + 13);
    this.#integers = [...new Set(this.#random.picks(INTEGERS, 3))];
    this.#derived = Array.from({ length: 1 + this.#random.below(3) }, (_, number) => ({
      name: `p${number}`,
      types: this.#random.picks(DERIVED_TYPES, this.#random.below(3)),
    }));
  }

  make(): WideWorld {
    const random = this.#random;
    const rules = [
      ...this.#derived.flatMap((predicate, level) => this.#rulesFor(predicate, level)),
      ...this.#someRules(ROLE),
      ...this.#someRules(PERMISSION),
      ...this.#someRules(PERMISSION),
      ...this.#someRules(random.pick(GLOBAL)),
      ...(random.chance(0.2)
        ? [this.#rule({ name: 'allow', types: PERMISSION.types }, this.#scopeAt(9, PERMISSION))]
        : []),
    ];
    const items = [...this.#blocks(), ...this.#declares(), ...rules];
    const predicates = [...STORED, ...this.#derived, ROLE, PERMISSION, ...GLOBAL, RELATION, GROUP_ROLE, GROUP_RELATION];
    return {
      seed: this.#seed,
      policy: items.join('\n'),
      sources: this.#sources(items),
      facts: this.#facts(10 + random.below(35)),
      contextFacts: random.chance(0.4) ? this.#facts(1 + random.below(4)) : [],
      predicates: [...predicates, { name: 'allow', types: PERMISSION.types }, { name: 'unheard_of', types: ['User'] }],
      values: this.#values(),
      actorTypes: ['User', 'Bot', 'Group', 'Agent'],
      resourceTypes: ['Thing', 'Doc', 'Sheet', 'Tagged', 'Agent'],
      actions: [...PERMISSIONS, 'unheard-of'],
      roles: ROLES,
      ids: [...this.#ids, 'nobody'],
      unixTime: 1000n,
    };
  }

  #sources(items: readonly string[]): Source[] {
    const random = this.#random;
    const files: string[] = Array.from({ length: 1 + random.below(3) }, () => '');
    const shuffled = items.map((item) => [random.next(), item] as const).sort(([a], [b]) => a - b);
    for (const [, item] of shuffled) {
      const end = random.pick(['\n', '\r\n', ' # } "\n', ' ']);
      files[random.below(files.length)] += `${item}${end}`;
    }
    return files.map((text, number) => ({ name: `wide-${this.#seed}-${number}.polar`, text }));
  }

  #blocks(): string[] {
    const random = this.#random;
    const body = (rules: readonly string[]) =>
      `{ roles = ["viewer", "editor"]; permissions = ["read", "write"]; relations = { parent: Thing, owner: User }; ${rules.join(' ')} }`;
    const own = (rules: readonly string[]) => (rules.length > 0 ? `{ ${rules.join(' ')} }` : '{}');
    return [
      'actor User {}',
      'actor Bot extends User {}',
      random.chance(0.5) ? 'actor Agent extends Tagged {}' : AGENT,
      random.chance(0.5) ? 'actor Group {}' : GROUP,
      `global { roles = ["staff"]; permissions = ["read"]; ${GLOBAL_RULES.filter(() => random.chance(0.4)).join(' ')} }`,
      `resource Thing ${body(this.#shorthands(random.below(4)))}`,
      'resource Tagged {}',
      `resource Doc extends Thing, Tagged ${own(this.#shorthands(random.below(3)))}`,
      `resource Sheet extends Doc ${own(this.#shorthands(random.below(2)))}`,
      ...(random.chance(0.3) ? [`resource Thing ${own(this.#shorthands(1))}`] : []),
    ];
  }

  #shorthands(count: number): string[] {
    const random = this.#random;
    return Array.from({ length: count }, () => {
      if (random.chance(0.15)) return random.pick(ANY_NAME);
      if (random.chance(0.15)) return 'permission if permission on "parent" and is_open(resource, permission);';
      const head = random.pick([...ROLES, ...PERMISSIONS]);
      return `"${head}" if ${this.#shorthand(2)};`;
    });
  }

  #shorthand(depth: number): string {
    const random = this.#random;
    if (depth > 0 && random.chance(0.5)) {
      const word = random.pick([' and ', ' or ']);
      return `(${Array.from({ length: 2 }, () => this.#shorthand(depth - 1)).join(word)})`;
    }
    const name = random.pick([...ROLES, ...PERMISSIONS]);
    return random.pick([
      `"${name}"`,
      `"${name}"`,
      '"owner"',
      '"owner" on "parent"',
      `"${name}" on "parent"`,
      `"${name}" on resource`,
      'role on "parent"',
      'global "staff"',
      'global "read"',
      'flag(resource, true)',
      'linked(resource, resource)',
      'is_open(resource, "read")',
      '"owner" on resource',
      'permission on "parent"',
      '(role on "parent" and has_role(actor, role))',
      'linked(other, resource)',
      'limit(actor, 7)',
      'limit(actor, @current_unix_time)',
    ]);
  }

  #declares(): string[] {
    return [
      ...[...STORED, ...this.#derived].map(({ name, types }) => `declare ${name}(${types.join(', ')});`),
      'declare is_open(Thing, String);',
      'declare has_permission(User, String);',
      ...[GROUP_ROLE, GROUP_RELATION].map(({ name, types }) => `declare ${name}(${types.join(', ')});`),
      'declare has_permission(User, String, Thing);',
    ];
  }

  #someRules(predicate: Predicate): string[] {
    return Array.from({ length: this.#random.below(3) }, () => this.#rule(predicate, this.#scopeAt(8, predicate)));
  }

  #rulesFor(predicate: Predicate, level: number): string[] {
    return Array.from({ length: 1 + this.#random.below(3) }, () =>
      this.#rule(predicate, this.#scopeAt(level, predicate)),
    );
  }

  /** Above a level stands what only higher ones may call, so that few negations meet themselves. */
  #scopeAt(level: number, { types }: Predicate): Scope {
    const below = this.#derived.slice(0, level);
    const callable = [...STORED, RELATION, ...this.#derived.slice(0, level + 1)];
    return {
      arity: types.length,
      variables: [],
      callable: level >= 8 ? [...callable, ROLE, PERMISSION, ...GLOBAL, GROUP_ROLE, GROUP_RELATION] : callable,
      deniable: [...STORED, RELATION, ...below],
    };
  }

  #rule(predicate: Predicate, scope: Scope): string {
    this.#variableCount = 0;
    const params = predicate.types.map((type, position) => this.#param(type, position, scope));
    const head = `${predicate.name}(${params.join(', ')})`;
    return this.#random.chance(0.12) ? `${head};` : `${head} if ${this.#expression(2, scope)};`;
  }

  #param(type: string, position: number, scope: Scope): string {
    const random = this.#random;
    const kind = random.below(20);
    if (kind < 3) return this.#literal(type);
    if (kind === 3) return `_: ${type}`;
    const same = scope.variables.filter((variable) => overlap(variable.type, type));
    if (kind < 6 && same.length > 0) return random.pick(same).name;
    const name = `h${position}`;
    const declared = random.chance(0.25)
      ? random.pick([...FAMILIES.keys()].filter((other) => overlap(other, type)))
      : type;
    scope.variables.push({ name, type: declared });
    return kind === 6 && position < 2 && scope.arity < 3 ? name : `${name}: ${declared}`;
  }

  #expression(depth: number, scope: Scope): string {
    const random = this.#random;
    const kind = depth === 0 ? 9 : random.below(10);
    const both = (word: string) =>
      `(${Array.from({ length: 2 }, () => this.#expression(depth - 1, scope)).join(` ${word} `)})`;
    if (kind < 4) return both('and');
    if (kind < 6) return both('or');
    if (kind < 8) return this.#negation(depth, scope);
    return this.#atom(scope);
  }

  /** Variables that come up inside are no concern of what stands outside. */
  #negation(depth: number, scope: Scope): string {
    const callable = this.#random.chance(0.15) ? scope.callable : scope.deniable;
    const inner = { ...scope, variables: [...scope.variables], callable };
    return `not ${this.#random.chance(0.5) ? this.#atom(inner) : this.#expression(depth - 1, inner)}`;
  }

  #atom(scope: Scope): string {
    const random = this.#random;
    const kind = random.below(16);
    if (kind === 0) return this.#comparison(scope);
    if (kind === 1) return this.#difference(scope);
    if (kind === 2) return random.pick(['true', 'false', 'true']);
    if (kind === 3 && scope.variables.length > 0) {
      const { name, type } = random.pick(scope.variables);
      const wanted = random.pick([...FAMILIES.keys()].filter((other) => overlap(other, type)));
      return `${name} ${random.chance(0.3) ? 'matches!' : 'matches'} ${wanted}`;
    }
    if (kind === 4 && scope.variables.length > 0) {
      const { name, type } = random.pick(scope.variables);
      return `${name} = ${this.#term(type, { ...scope, variables: scope.variables.filter((it) => it.name !== name) }, [])}`;
    }
    if (kind === 5 && scope.variables.length > 0) {
      const { name, type } = random.pick(scope.variables);
      const items = Array.from({ length: random.below(4) }, () =>
        random.chance(0.8)
          ? this.#literal(type)
          : random.pick(scope.variables.filter((it) => overlap(it.type, type))).name,
      );
      return `${name} in [${items.join(', ')}]`;
    }
    return this.#call(random.pick(scope.callable), scope);
  }

  #call({ name, types }: Predicate, scope: Scope): string {
    const fresh: string[] = [];
    const args = types.map((type) => this.#term(type, scope, fresh));
    const call = `${name}(${args.join(', ')})`;
    return fresh.length === 0 ? call : `(${[...fresh, call].join(' and ')})`;
  }

  /** A value, a known variable or a new one, whose type goes to `fresh`. */
  #term(type: string, scope: Scope, fresh: string[]): string {
    const random = this.#random;
    const known = scope.variables.filter((variable) => overlap(variable.type, type));
    const kind = random.below(12);
    if (kind < 2 || (type === 'String' && kind < 6)) return this.#literal(type);
    if (kind === 11) return '_';
    if (kind < 9 && known.length > 0) return random.pick(known).name;
    const name = `v${this.#variableCount++}`;
    scope.variables.push({ name, type });
    if (random.chance(0.7)) fresh.push(`${name} matches ${type}`);
    return name;
  }

  /** Only of what a stored fact gives: without a value a comparison fails, whatever the model says. */
  #comparison(scope: Scope): string {
    const random = this.#random;
    const [a, b] = [`n${this.#variableCount++}`, `n${this.#variableCount++}`];
    const operator = random.pick(['<', '<=', '>', '>=', '!=', '=']);
    const first = this.#call({ name: 'limit', types: ['User'] }, scope).replace(/\)(?=\)*$)/u, `, ${a})`);
    const other = random.below(3);
    if (other === 0) return `(${first} and ${a} ${operator} ${random.pick(this.#integers)})`;
    if (other === 1 && operator !== '=')
      return `(${first} and @current_unix_time ${operator === '!=' ? '<' : operator} ${a})`;
    const second = this.#call({ name: 'limit', types: ['User'] }, scope).replace(/\)(?=\)*$)/u, `, ${b})`);
    return `(${first} and ${second} and ${a} ${operator} ${b})`;
  }

  #difference(scope: Scope): string {
    const things = scope.variables.filter(({ type }) => overlap(type, 'Thing'));
    const [a, b] = [0, 1].map((at) => things[at]?.name ?? `t${this.#variableCount++}`);
    for (const name of [a, b])
      if (name !== undefined && !things.some((it) => it.name === name)) scope.variables.push({ name, type: 'Thing' });
    return `(linked(${a}, ${b}) and ${a} != ${b})`;
  }

  #literal(type: string): string {
    const { type: concrete, id } = this.#value(type);
    const text = concrete === 'Integer' || concrete === 'Boolean' ? id : JSON.stringify(id);
    if (!isPrimitive(concrete) || this.#random.chance(0.2)) return `${concrete}{${text}}`;
    if (concrete !== 'Integer') return text;
    const spellings = [text, text, text.replace(/^(-?)/u, '$1 00'), '@current_unix_time'];
    return this.#random.pick(text.startsWith('-') ? spellings : [...spellings, `+${text}`]);
  }

  #facts(count: number): Fact[] {
    const stored = [
      ...STORED,
      ...STORED,
      ...this.#derived,
      ROLE,
      RELATION,
      RELATION,
      ...GLOBAL,
      GROUP_ROLE,
      GROUP_RELATION,
    ];
    const open: Predicate = { name: 'is_open', types: ['Thing', 'String'] };
    return Array.from({ length: count }, () => {
      const { name, types } = this.#random.pick([...stored, PERMISSION, open]);
      return { predicate: name, args: types.map((type) => this.#value(type)) };
    });
  }

  #value(type: string): Value {
    const random = this.#random;
    const concrete = random.pick(FAMILIES.get(type) ?? [type]);
    if (concrete === 'String')
      return { type: concrete, id: random.pick(random.chance(0.7) ? [...ROLES, ...PERMISSIONS] : NAMES) };
    if (concrete === 'Integer') return { type: concrete, id: random.pick(this.#integers) };
    if (concrete === 'Boolean') return { type: concrete, id: random.pick(['true', 'false']) };
    return { type: concrete, id: random.pick(this.#ids) };
  }

  #values(): Value[] {
    const of = (types: readonly string[], ids: readonly string[]) =>
      types.flatMap((type) => ids.map((id) => ({ type, id })));
    return [
      ...of(['User', 'Bot', 'Group', 'Agent', 'Thing', 'Doc', 'Sheet', 'Tagged'], [...this.#ids, STRANGE_ID]),
      ...of(['String'], [...NAMES, 'unheard-of']),
      ...of(['Integer'], this.#integers),
      ...of(['Boolean'], ['true', 'false']),
      ...of(['Ghost'], ['a', STRANGE_ID]),
    ];
  }
}

function isPrimitive(type: string): boolean {
  return type === 'String' || type === 'Integer' || type === 'Boolean';
}
