import type { Fact, Value } from '../../src/facts/fact.ts';
import { Random } from './random.ts';

/**
 * A small random policy as Polar text, with facts and context facts that fit it. Worlds are small so that ids collide
 * often: cycles, diamonds, wildcards over known ids, negation of derived facts. One world in ten has hostile names.
 */
export interface RandomWorld {
  readonly seed: number;
  readonly policy: string;
  readonly facts: readonly Fact[];
  readonly contextFacts: readonly Fact[];
  readonly actorTypes: readonly string[];
  readonly resourceTypes: readonly string[];
  readonly actions: readonly string[];
  /** Names that the second argument of has_role and has_relation can have. */
  readonly roles: readonly string[];
  /** Every id that a question should try, the unmentioned `nobody` included. */
  readonly ids: readonly string[];
  readonly unixTime: bigint;
}

const HOSTILE_IDS = [
  "a'b",
  'a"b',
  'a\\b',
  '_',
  '%',
  'a:b',
  '__proto__',
  'constructor',
  '🦊',
  'é',
  'e\u0301',
  'A',
  ' a ',
  '1',
  '01',
  'true',
  'null',
];
const HOSTILE_NAMES = ['constructor', 'toString', '__proto__', 'rôle', 'a b', 'x"y', '\\n', '*', '日本'];

/** `ids`: four to choose from, of no hostile kind, instead of any. */
export function randomWorld(seed: number, ids?: readonly string[]): RandomWorld {
  const random = new Random(seed);
  return new WorldMaker(seed, random, ids).make();
}

interface Block {
  readonly type: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** Relation name → type; `owner` style relations lead to actors. */
  readonly relations: readonly (readonly [string, string])[];
  readonly parent: string | undefined;
}

class WorldMaker {
  readonly #seed: number;
  readonly #random: Random;
  readonly #hostile: boolean;
  readonly #ids: readonly string[];
  readonly #actors: readonly string[];
  readonly #blocks: readonly Block[];
  readonly #globalRoles: readonly string[];

  constructor(seed: number, random: Random, ids: readonly string[] | undefined) {
    this.#seed = seed;
    this.#random = random;
    this.#hostile = random.chance(0.1) && ids === undefined;
    this.#ids = this.#hostile
      ? [...new Set(random.picks(HOSTILE_IDS, 5))]
      : (ids ?? ['a', 'b', 'c', 'd']).slice(0, 2 + random.below(3));
    this.#actors = random.chance(0.5) ? ['User', 'Group'] : ['User'];
    this.#globalRoles = random.chance(0.4) ? ['staff', 'auditor'].slice(0, 1 + random.below(2)) : [];
    this.#blocks = this.#makeBlocks();
  }

  make(): RandomWorld {
    const resourceTypes = this.#blocks.map((block) => block.type);
    const rules = this.#extraRules();
    return {
      seed: this.#seed,
      policy: [
        ...this.#actors.map((type) => `actor ${type} {}`),
        this.#global(),
        ...this.#blocks.map((block) => this.#block(block)),
        ...rules,
      ].join('\n'),
      facts: this.#facts(10 + this.#random.below(50)),
      contextFacts: this.#random.chance(0.3) ? this.#facts(1 + this.#random.below(3)) : [],
      actorTypes: this.#actors,
      resourceTypes,
      actions: [...new Set([...this.#blocks.flatMap((block) => block.permissions), 'unheard-of'])],
      roles: [...new Set(this.#blocks.flatMap((block) => [...block.roles, ...block.relations.map(([name]) => name)]))],
      ids: [...this.#ids, 'nobody'],
      unixTime: 1000n,
    };
  }

  #makeBlocks(): Block[] {
    const random = this.#random;
    const types = ['Org', 'Folder', 'Repo', 'Issue'].slice(0, 1 + random.below(4));
    const name = (plain: string) =>
      this.#hostile && random.chance(0.5) ? `${random.pick(HOSTILE_NAMES)}${plain}` : plain;
    return types.map((type, position) => ({
      type,
      roles: ['member', 'admin', 'viewer'].slice(0, 1 + random.below(3)).map(name),
      permissions: ['read', 'write', 'delete'].slice(0, 1 + random.below(3)).map(name),
      relations: [
        ...(random.chance(0.7) ? [['parent', random.pick(types)] as const] : []),
        ...(random.chance(0.4) ? [['owner', random.pick(this.#actors)] as const] : []),
        ...(random.chance(0.2) ? [['next', type] as const] : []),
      ],
      parent: position > 0 && random.chance(0.15) ? types[0] : undefined,
    }));
  }

  #global(): string {
    if (this.#globalRoles.length === 0) return '';
    return `global { roles = [${this.#globalRoles.map(quote).join(', ')}]; ${this.#globalRoles.length > 1 ? `${quote('staff')} if ${quote('auditor')};` : ''} }`;
  }

  #block(block: Block): string {
    const random = this.#random;
    const relations =
      block.relations.length > 0
        ? [`relations = { ${block.relations.map(([name, type]) => `${name}: ${type}`).join(', ')} };`]
        : [];
    const rules = Array.from({ length: 1 + random.below(5) }, () => this.#shorthandRule(block));
    return [
      `resource ${block.type}${block.parent ? ` extends ${block.parent}` : ''} {`,
      `  roles = [${block.roles.map(quote).join(', ')}];`,
      `  permissions = [${block.permissions.map(quote).join(', ')}];`,
      ...[...relations, ...rules].map((line) => `  ${line}`),
      '}',
    ].join('\n');
  }

  #shorthandRule(block: Block): string {
    const random = this.#random;
    const toParent = block.relations.filter(([, type]) => this.#find(type));
    if (toParent.length > 0 && random.chance(0.15)) return `role if role on ${quote(random.pick(toParent)[0])};`;
    const head = random.chance(0.45) ? random.pick(block.roles) : random.pick(block.permissions);
    const operands = Array.from({ length: 1 + random.below(3) }, () => this.#shorthandTerm(block));
    return `${quote(head)} if ${operands.join(random.chance(0.6) ? ' or ' : ' and ')};`;
  }

  #shorthandTerm(block: Block): string {
    const random = this.#random;
    const kind = random.below(10);
    const related = block.relations
      .map(([name, type]) => [name, this.#find(type)] as const)
      .filter(([, target]) => target);
    if (kind < 3 && related.length > 0) {
      const [name, target] = random.pick(related);
      if (target) return `${quote(random.pick([...target.roles, ...target.permissions]))} on ${quote(name)}`;
    }
    const owners = block.relations.filter(([, type]) => this.#actors.includes(type));
    if (kind === 3 && owners.length > 0) return quote(random.pick(owners)[0]);
    if (kind === 4 && this.#globalRoles.length > 0) return `global ${quote(random.pick(this.#globalRoles))}`;
    if (kind === 5) return 'is_public(resource)';
    return quote(random.pick([...block.roles, ...block.permissions]));
  }

  #find(type: string): Block | undefined {
    return this.#blocks.find((block) => block.type === type);
  }

  #extraRules(): string[] {
    const random = this.#random;
    const target = random.pick(this.#blocks);
    const other = random.pick(this.#blocks);
    const permission = quote(random.pick(target.permissions));
    const role = quote(random.pick(target.roles));
    const id = quote(random.pick(this.#ids));
    const group = this.#actors.includes('Group');
    const candidates = [
      `has_permission(_: User, ${permission}, r: ${target.type}) if is_public(r);`,
      `has_role(_: User, ${role}, r: ${target.type}) if is_public(r);`,
      `has_permission(u: User, ${permission}, _: ${target.type}) if is_god(u);`,
      `has_role(_: User, ${role}, _: ${target.type});`,
      `has_permission(u: User, ${permission}, r: ${target.type}) if has_role(u, ${role}, r) and not is_blocked(u, r);`,
      `has_permission(u: User, ${permission}, r: ${target.type}) if has_role(u, ${role}, r) and not has_permission(u, ${quote(`ban-${random.pick(['x', 'y'])}`)}, r);`,
      `has_permission(u: User, "ban-x", r: ${target.type}) if is_blocked(u, r) or (is_god(u) and not is_public(r));`,
      `has_permission(u: User, ${permission}, r: ${target.type}) if t matches Integer and expires(u, r, t) and t > @current_unix_time;`,
      `has_permission(u: User, ${permission}, r: ${target.type}) if expires(u, r, t) and t in [999, 1000, 1001] and not t = 1000;`,
      `has_permission(u: User, ${permission}, r: ${target.type}) if u = User{${id}} and is_public(r);`,
      `has_permission(User{${id}}, ${permission}, r: ${target.type}) if o matches ${other.type} and linked(r, o) and not is_public(o);`,
      `has_role(u: User, ${role}, r: ${target.type}) if a matches ${other.type} and b matches ${other.type} and linked(r, a) and linked(a, b) and a != b and has_role(u, x, b);`,
      `linked(a: ${target.type}, c: ${target.type}) if b matches ${target.type} and linked(a, b) and linked(b, c);`,
      `has_permission(u: User, ${permission}, u2: User) if u = u2;`,
      `has_permission(u: User, ${permission}, u: User);`,
      `has_permission(u: User, ${permission}, r: Resource) if is_god(u) and linked(r, r);`,
      `has_permission(u: Actor, ${permission}, r: ${target.type}) if m matches User and linked_users(u, m) and has_role(m, ${role}, r) and not (is_blocked(m, r) and not is_god(m));`,
      `allow(u: User, ${permission}, r: ${target.type}) if has_permission(u, ${permission}, r) and not is_blocked(u, r);`,
      `has_permission(u: User, p: String, r: ${target.type}) if grants(u, p, r) and p in [${permission}, "delete"];`,
      ...(group
        ? [
            `has_role(u: User, role: String, r: Resource) if g matches Group and in_group(u, g) and has_role(g, role, r);`,
            `in_group(u: Actor, g: Group) if h matches Group and in_group(u, h) and in_group(h, g);`,
            `has_role(g: Group, role: String, r: ${target.type}) if h matches Group and in_group(g, h) and has_role(h, role, r);`,
          ]
        : []),
    ];
    return random.picks(candidates, 1 + random.below(5));
  }

  #facts(count: number): Fact[] {
    return Array.from({ length: count }, () => this.#fact());
  }

  #fact(): Fact {
    const random = this.#random;
    const block = random.pick(this.#blocks);
    const user = () => this.#value('User');
    const actor = () => this.#value(random.pick(this.#actors));
    const resource = () => this.#value(block.type);
    const text = (id: string): Value => ({ type: 'String', id });
    const [relation, target] = block.relations.length > 0 ? random.pick(block.relations) : (['parent', 'Org'] as const);
    const makers: (() => Fact)[] = [
      () => ({ predicate: 'has_role', args: [actor(), text(random.pick(block.roles)), resource()] }),
      () => ({ predicate: 'has_role', args: [user(), text(random.pick(block.roles)), resource()] }),
      () => ({ predicate: 'has_relation', args: [resource(), text(relation), this.#value(target)] }),
      () => ({ predicate: 'has_relation', args: [resource(), text(relation), this.#value(target)] }),
      () => ({ predicate: 'has_role', args: [user(), text(random.pick(['staff', 'auditor']))] }),
      () => ({ predicate: 'is_public', args: [resource()] }),
      () => ({ predicate: 'is_god', args: [user()] }),
      () => ({ predicate: 'is_blocked', args: [user(), resource()] }),
      () => ({
        predicate: 'expires',
        args: [
          user(),
          resource(),
          { type: 'Integer', id: random.pick(['999', '1000', '1001', '-5', '9007199254740993']) },
        ],
      }),
      () => ({ predicate: 'linked', args: [resource(), this.#value(random.pick(this.#blocks).type)] }),
      () => ({ predicate: 'linked_users', args: [actor(), user()] }),
      () => ({ predicate: 'in_group', args: [actor(), this.#value('Group')] }),
      () => ({ predicate: 'grants', args: [user(), text(random.pick(block.permissions)), resource()] }),
      () => ({ predicate: 'has_permission', args: [user(), text(random.pick(block.permissions)), resource()] }),
    ];
    return random.pick(makers)();
  }

  #value(type: string): Value {
    return { type, id: this.#random.pick(this.#ids) };
  }
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
