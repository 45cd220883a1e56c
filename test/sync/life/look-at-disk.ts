import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Content, policyOf } from './content.ts';
import type { Damage } from './events.ts';

/** A generation as it lies on disk, seen without the program. */
export interface OnDisk {
  readonly id: string;
  readonly takenAtMs: number;
  /** Undefined when its metadata cannot be read. */
  readonly content: Content | undefined;
  readonly tenant: string | undefined;
  /** Every byte is as it was written. */
  readonly isWhole: boolean;
  /** Quarantined. */
  readonly isAside: boolean;
}

const NAME = /^(quarantined-)?(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-[0-9a-f]{12}$/;
const POLICIES = [0, 1];

/** Newest first; those put aside come last. */
export function lookAtDisk(path: string): readonly OnDisk[] {
  const folder = join(path, 'generations');
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder).flatMap((name) => {
    const [, aside, year, month, day, hour, minute, second, ms] = NAME.exec(name) ?? [];
    if (year === undefined) return [];
    const takenAtMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
    const id = name.replace('quarantined-', '');
    return [{ id, takenAtMs, isAside: aside !== undefined, ...lookInto(join(folder, name)) }];
  });
  return found.sort((a, b) => Number(a.isAside) - Number(b.isAside) || (a.id < b.id ? 1 : -1));
}

function lookInto(folder: string): Pick<OnDisk, 'content' | 'tenant' | 'isWhole'> {
  try {
    const metadata = JSON.parse(readFileSync(join(folder, 'generation.json'), 'utf8'));
    const policy = POLICIES.find((number) => sha256(policyOf({ policy: number, users: 0 })) === metadata.policySha256);
    if (policy === undefined) throw new Error(`a policy that nobody wrote in ${folder}`);
    const is = (name: string, digest: unknown) =>
      existsSync(join(folder, name)) && sha256(readFileSync(join(folder, name))) === digest;
    const isWhole = is('facts.index', metadata.indexSha256) && is('policy.polar', metadata.policySha256);
    return { content: { policy, users: metadata.factCount }, tenant: metadata.tenant, isWhole };
  } catch (error) {
    if (error instanceof SyntaxError || !existsSync(join(folder, 'generation.json'))) {
      return { content: undefined, tenant: undefined, isWhole: false };
    }
    throw error;
  }
}

export function doDamage(path: string, { id, isAside }: OnDisk, how: Damage): void {
  const folder = join(path, 'generations', isAside ? `quarantined-${id}` : id);
  const index = join(folder, 'facts.index');
  switch (how) {
    case 'gone':
      rmSync(folder, { recursive: true });
      return;
    case 'no index':
      rmSync(index, { force: true });
      return;
    case 'no policy':
      rmSync(join(folder, 'policy.polar'), { force: true });
      return;
    case 'no metadata':
      rmSync(join(folder, 'generation.json'), { force: true });
      return;
    case 'cut':
      if (existsSync(index)) truncateSync(index, readFileSync(index).length >> 1);
      return;
    case 'flip':
      if (existsSync(index)) flip(index);
  }
}

/** One bit in the middle, in place: whoever has the file open sees it. */
function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length >> 1;
  overwrite(path, Buffer.of((bytes[at] ?? 0) ^ 1), at);
}

function overwrite(path: string, bytes: Buffer, at: number): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

export function doDamageToState(path: string, how: 'gone' | 'garbage' | 'cut'): void {
  const state = join(path, 'state.json');
  if (!existsSync(state)) return;
  if (how === 'gone') rmSync(state);
  else if (how === 'garbage') overwrite(state, Buffer.alloc(4), 0);
  else truncateSync(state, readFileSync(state).length >> 1);
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
