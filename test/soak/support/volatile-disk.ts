import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { DiskChange } from './fault-disk.mjs';

/*
 * What a disk may hold after a loss of power. A change is durable once its file, or the directory that holds its name, was
 * fsynced after it; of all others any may be lost and any may have reached the disk, in any combination. A rename happens
 * as a whole or not at all, and so does each write.
 */

interface FileNode {
  readonly kind: 'file';
  durable: Buffer;
  pending: Effect[];
}

interface DirectoryNode {
  readonly kind: 'directory';
  /** As programs see it. */
  readonly names: Map<string, Node>;
  readonly durable: Map<string, Node>;
  pending: Effect[];
}

type Node = FileNode | DirectoryNode;

/** A change that is not durable yet. */
interface Effect {
  /** Directories or the file that it changes: durable with the first of them that is fsynced. */
  readonly on: readonly Node[];
  /** Changes the content of a file. */
  readonly content?: (before: Buffer) => Buffer;
  /** Changes the names in a directory. */
  readonly names?: (node: DirectoryNode, names: Map<string, Node>) => void;
}

/** Paths below the root, with content; directories end with a slash and have none. */
export type Tree = ReadonlyMap<string, Buffer | undefined>;

export class VolatileDisk {
  readonly #root: string;
  readonly #top: DirectoryNode = directory();

  /** Everything that lies below `root` now is durable. */
  constructor(root: string) {
    this.#root = root;
    this.#load(root, this.#top);
  }

  apply(change: DiskChange): void {
    const node = this.#find(change.path);
    const parent = this.#directoryAt(dirname(change.path));
    const name = basename(change.path);
    switch (change.kind) {
      case 'create':
        if (node === undefined) link(parent, name, { kind: 'file', durable: Buffer.alloc(0), pending: [] });
        return;
      case 'mkdir':
        link(parent, name, directory());
        return;
      case 'unlink':
      case 'rmdir':
        unlink(parent, name);
        return;
      case 'rename':
        rename(this.#directoryAt(dirname(change.from)), basename(change.from), { parent, name });
        return;
      case 'fsync':
        if (node) makeDurable(node);
        return;
      case 'write':
        if (node?.kind === 'file') edit(node, (before) => written(before, change));
        return;
      case 'truncate':
        if (node?.kind === 'file') edit(node, (before) => before.subarray(0, change.length));
        return;
    }
  }

  /** Changes that are not durable, oldest first for each file and directory. */
  get pending(): readonly Effect[] {
    return [...new Set(pendingBelow(this.#top))];
  }

  /** What is there after the power went, when of the pending changes those were kept. */
  after(isKept: (effect: Effect) => boolean): Tree {
    const tree = new Map<string, Buffer | undefined>();
    collect(this.#top, '', isKept, tree);
    return tree;
  }

  #load(path: string, into: DirectoryNode): void {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const below = join(path, entry.name);
      const node: Node = entry.isDirectory()
        ? directory()
        : { kind: 'file', durable: readFileSync(below), pending: [] };
      if (node.kind === 'directory') this.#load(below, node);
      into.names.set(entry.name, node);
      into.durable.set(entry.name, node);
    }
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#top;
    for (const name of relative(this.#root, path).split(sep)) {
      if (name === '') continue;
      node = node?.kind === 'directory' ? node.names.get(name) : undefined;
    }
    return node;
  }

  #directoryAt(path: string): DirectoryNode {
    const node = path.startsWith(this.#root) ? this.#find(path) : this.#top;
    if (node?.kind !== 'directory') throw new Error(`no directory at ${path}`);
    return node;
  }
}

export function writeTree(tree: Tree, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const [path, content] of tree) {
    if (content === undefined) mkdirSync(join(to, path), { mode: 0o700 });
    else writeFileSync(join(to, path), content, { mode: 0o600 });
  }
}

/** The same for the same tree. */
export function fingerprint(tree: Tree): string {
  const hash = createHash('sha256');
  for (const [path, content] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${content?.length ?? -1}\0`).update(content ?? '');
  }
  return hash.digest('hex');
}

function directory(): DirectoryNode {
  return { kind: 'directory', names: new Map(), durable: new Map(), pending: [] };
}

function link(parent: DirectoryNode, name: string, node: Node): void {
  change([parent], (_, names) => names.set(name, node));
}

function unlink(parent: DirectoryNode, name: string): void {
  change([parent], (_, names) => names.delete(name));
}

function rename(from: DirectoryNode, old: string, to: { readonly parent: DirectoryNode; readonly name: string }): void {
  const node = from.names.get(old);
  if (node === undefined) throw new Error(`nothing to rename at ${old}`);
  change([...new Set([from, to.parent])], (at, names) => {
    if (at === from) names.delete(old);
    if (at === to.parent) names.set(to.name, node);
  });
}

function change(on: readonly DirectoryNode[], names: NonNullable<Effect['names']>): void {
  const effect: Effect = { on, names };
  for (const node of on) {
    names(node, node.names);
    node.pending.push(effect);
  }
}

function edit(on: FileNode, content: NonNullable<Effect['content']>): void {
  on.pending.push({ on: [on], content });
}

function makeDurable(node: Node): void {
  const effects = new Set(node.pending);
  for (const one of new Set([...effects].flatMap(({ on }) => on))) {
    for (const effect of one.pending) {
      if (!effects.has(effect)) continue;
      if (one.kind === 'file') one.durable = effect.content?.(one.durable) ?? one.durable;
      else effect.names?.(one, one.durable);
    }
    one.pending = one.pending.filter((effect) => !effects.has(effect));
  }
}

function written(before: Buffer, { at, bytes }: Extract<DiskChange, { kind: 'write' }>): Buffer {
  const after = Buffer.alloc(Math.max(before.length, at + bytes.length));
  before.copy(after);
  after.set(bytes, at);
  return after;
}

/** Of everything that a name leads to, now or after a loss of power. */
function* pendingBelow(node: Node): Generator<Effect> {
  yield* node.pending;
  if (node.kind === 'file') return;
  for (const below of new Set([...node.names.values(), ...node.durable.values()])) yield* pendingBelow(below);
}

function collect(
  node: DirectoryNode,
  path: string,
  isKept: (effect: Effect) => boolean,
  tree: Map<string, Buffer | undefined>,
): void {
  const names = new Map(node.durable);
  for (const effect of node.pending) if (isKept(effect)) effect.names?.(node, names);
  for (const [name, below] of names) {
    if (below.kind === 'directory') {
      tree.set(`${path}${name}/`, undefined);
      collect(below, `${path}${name}/`, isKept, tree);
    } else {
      const kept = below.pending.filter(isKept);
      tree.set(
        `${path}${name}`,
        kept.reduce((before, { content }) => content?.(before) ?? before, below.durable),
      );
    }
  }
}
