import { createRequire } from 'node:module';
import type { Document, LineCounter, Node, Pair } from 'yaml';
import { OsoError } from '../errors/oso-error.ts';
import { quote } from '../errors/quote.ts';

/** Loaded with the first text, and not at start: its 72 files cost every thread as much as opening a large index. */
const yaml = (): typeof import('yaml') => require('yaml');
const require = createRequire(import.meta.url);

/** One key of a map, and what stands there. */
export interface YamlEntry {
  readonly key: string;
  /** Places for messages: of the key, and of the value where it has one. */
  readonly keyNode: Node;
  readonly value: Node | undefined;
}

/** A YAML text whose values are maps and texts. Nothing in it is evaluated; aliases are followed one by one, as asked for. */
export class YamlText {
  readonly #document: Document;
  readonly #lines: LineCounter = new (yaml().LineCounter)();
  readonly #what: string;
  #targets: ReadonlyMap<Node, Node> | undefined;

  /** `what` names the text in messages. Throws REQUEST_INVALID naming the line. */
  constructor(text: string, what: string) {
    this.#what = what;
    if (isTooDeep(text)) throw this.#fault(1, 'the text is nested too deeply');
    this.#document = yaml().parseDocument(text, {
      lineCounter: this.#lines,
      schema: 'failsafe',
      stringKeys: true,
      merge: false,
      // Both take time with the square of what they meet.
      uniqueKeys: false,
      prettyErrors: false,
    });
    const [problem] = [...this.#document.errors, ...this.#document.warnings];
    if (problem === undefined) return;
    const { line } = this.#lines.linePos(problem.pos[0]);
    const written = text.split(/\r?\n/u)[line - 1]?.trim() ?? '';
    const explained = MESSAGES[problem.code] ?? `the text is not YAML: ${problem.message}`;
    throw this.#fault(line, `${explained}${written === '' ? '' : `: ${quote(written)}`}`);
  }

  get root(): Node | undefined {
    return this.#document.contents ?? undefined;
  }

  /** The error of a place. */
  faultAt(node: Node | undefined, message: string): OsoError {
    return this.#fault(this.#lines.linePos(node?.range?.[0] ?? 0).line || 1, message);
  }

  #fault(line: number, message: string): OsoError {
    return new OsoError('REQUEST_INVALID', `${this.#what}, line ${line}: ${message}`);
  }

  /** The entries of a map; undefined for anything else. Throws REQUEST_INVALID. */
  entriesOf(node: Node | undefined): readonly YamlEntry[] | undefined {
    if (!yaml().isMap(node)) return undefined;
    const keys = new Set<string>();
    return node.items.map((pair) => {
      const entry = this.#entryOf(pair);
      if (keys.has(entry.key)) throw this.faultAt(entry.keyNode, `the key ${quote(entry.key)} is there already`);
      keys.add(entry.key);
      return entry;
    });
  }

  #entryOf({ key, value }: Pair): YamlEntry {
    if (!yaml().isNode(key)) throw new Error('a key of a parsed text has no place');
    const name = this.#follow(key);
    if (!yaml().isScalar(name) || typeof name.value !== 'string') throw this.faultAt(key, 'a key must be text');
    if (name.value === '<<') throw this.faultAt(key, '`<<` merges nothing here: write the entries out');
    return { key: name.value, keyNode: key, value: yaml().isNode(value) ? this.#follow(value) : undefined };
  }

  #follow(node: Node): Node {
    if (!yaml().isAlias(node)) return node;
    this.#targets ??= targetsIn(this.#document);
    const found = this.#targets.get(node);
    if (found === undefined)
      throw this.faultAt(node, `\`*${node.source}\` names nothing: there is no \`&${node.source}\` before it`);
    return found;
  }
}

/** What each alias stands for: the last node before it with that anchor. The library would look through the text for each. */
function targetsIn(document: Document): ReadonlyMap<Node, Node> {
  const anchored = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  yaml().visit(document, {
    Node(_, node) {
      if (yaml().isAlias(node)) {
        const target = anchored.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return targets;
}

/** The text of a scalar; undefined for anything else, and for null however it is written. */
export function textOfNode(node: Node | undefined): string | undefined {
  if (!yaml().isScalar(node) || typeof node.value !== 'string') return undefined;
  return node.type === 'PLAIN' && NULLS.has(node.value) ? undefined : node.value;
}

/** Whether nothing stands there. The schema makes everything text: what is left of null is how it was written. */
export function isNothing(node: Node | undefined): boolean {
  return node === undefined || (yaml().isScalar(node) && textOfNode(node) === undefined);
}

/** Brackets within brackets, more than anybody writes: the parser would take its time. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/gu)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

const MAX_DEPTH = 100;

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);

/** Problems that the parser words for programmers. */
const MESSAGES: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'a second `: ` in one line: a text that holds one needs quotes, or `>` and lines of its own',
  MULTIPLE_DOCS: 'a second document begins',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'the text is nested too deeply',
  TAB_AS_INDENT: 'the line is indented with a tab; YAML takes spaces only',
  TAG_RESOLVE_FAILED: 'the tag means nothing here',
};
