import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import { ioError } from '../snapshot/io-error.ts';
import {
  countField,
  FieldError,
  hashField,
  type JsonObject,
  objectField,
  parseJsonObject,
  textField,
} from '../snapshot/json-fields.ts';
import { readRegularFile } from '../snapshot/read-regular-file.ts';
import { replaceFile } from '../snapshot/replace-file.ts';
import { writeAll } from '../snapshot/write-all.ts';
import { type DataDirectory, requireWritable } from './data-directory.ts';
import type { GenerationMetadata } from './generation.ts';
import { takenAtMsInId } from './generation-id.ts';
import { isSameOwner } from './owner.ts';

/** What a data directory remembers beside its generations: `state.json`. Values, never changed in place. */
export interface DirectoryState {
  readonly formatVersion: 1;
  /** Names this installation to the control plane when OSO_CLIENT_ID does not. */
  readonly clientId: string;
  /** The newest data that were ever published here. Older ones are refused, also after their generation is gone. */
  readonly highWater: HighWater | null;
  /** The content that the control plane was last seen to have, and when. */
  readonly confirmed: Confirmation | null;
  /** The same of contents that it had before, latest first: they are as old as that when an operator goes back to them. */
  readonly confirmedBefore: readonly Confirmation[];
  /** What was last known of the age of the data served; null when a copy confirmed them. */
  readonly age: (AgeRecord & { readonly contentDigest: string; readonly generation?: string | undefined }) | null;
  /** Id of the generation to serve whatever is newer. */
  readonly pinned: string | null;
  /** What was pinned last that live data came after, although a wrong clock dates it after them. */
  readonly passed: Passed | null;
}

export interface Passed {
  readonly generation: string;
  /** The earliest of those data. */
  readonly by: string;
}

/** When the control plane was last seen to have this very content, milliseconds since the Unix epoch. */
interface Confirmation {
  readonly contentDigest: string;
  readonly atMs: number;
}

/** As many as there can be generations. */
const MOST_CONFIRMED_BEFORE = 100;

/** An age and when it was that, by the wall clock. */
export interface AgeRecord {
  readonly ageMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

export interface HighWater {
  readonly environment: string;
  readonly tenant: string;
  /** Milliseconds since the Unix epoch. */
  readonly takenAtMs: number;
  readonly contentDigest: string;
}

/** The state before anything was published. */
export function freshState(): DirectoryState {
  const nothing = { highWater: null, confirmed: null, confirmedBefore: [], age: null, pinned: null, passed: null };
  return { formatVersion: 1, clientId: randomUUID(), ...nothing };
}

/**
 * Reads `state.json`. A file that makes no sense must not stop a node: then the state is a fresh one and `problem` says
 * why, in one line. Throws DIRECTORY_UNUSABLE when the disk does not give the file.
 */
export async function readStateFile(
  directory: DataDirectory,
): Promise<{ readonly state: DirectoryState; readonly problem: string | undefined }> {
  const path = statePath(directory);
  try {
    return { state: parseState(await readRegularFile(path)), problem: undefined };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { state: freshState(), problem: undefined };
    if (error instanceof FieldError) {
      return { state: freshState(), problem: `\`${path}\` is damaged and was ignored: ${error.message}` };
    }
    throw ioError(error, 'read', path);
  }
}

/** Replaces `state.json` as a whole. Throws NO_SPACE or DIRECTORY_UNUSABLE. */
export async function writeState(directory: DataDirectory, state: DirectoryState): Promise<void> {
  requireWritable(directory);
  const text = `${JSON.stringify(state, null, 2)}\n`;
  await replaceFile({ path: statePath(directory), write: (handle) => writeAll(handle, Buffer.from(text)) });
}

/**
 * The state after a generation took its name. The mark only rises, but for another environment it starts anew, and
 * `lower` sets it whatever it was.
 */
export function withPublished(
  state: DirectoryState,
  generation: GenerationMetadata,
  { lower = false }: { readonly lower?: boolean } = {},
): DirectoryState {
  const { environment, tenant, takenAtMs, contentDigest } = generation;
  const mark = state.highWater;
  const same = mark !== null && isSameOwner(mark, generation);
  if (same && !lower && mark.takenAtMs >= takenAtMs) return state;
  return { ...state, highWater: { environment, tenant, takenAtMs, contentDigest } };
}

/**
 * The state after the control plane was seen to have this content: its age begins anew. Time never goes back; when the
 * clock did, only what was seen at first hand still tells the age.
 */
export function withConfirmed(
  state: DirectoryState,
  { id, contentDigest }: Pick<GenerationMetadata, 'id' | 'contentDigest'>,
  atMs: number,
  isFirstHand = false,
): DirectoryState {
  const seen = isFirstHand ? { contentDigest, generation: id, ageMs: 0, atMs } : null;
  const age = (state.age?.contentDigest ?? contentDigest) === contentDigest ? seen : state.age;
  const confirmed = { contentDigest, atMs: Math.max(lastConfirmed(state, contentDigest), atMs) };
  const others = confirmations(state).filter((before) => before.contentDigest !== contentDigest);
  const confirmedBefore = others.slice(0, MOST_CONFIRMED_BEFORE);
  return { ...state, age, confirmed, confirmedBefore, passed: passedBy(state, id) };
}

function passedBy({ pinned, passed }: DirectoryState, id: string): Passed | null {
  if (passed?.generation === id) return null;
  if (pinned === null || id >= pinned) return passed;
  return passed?.generation === pinned && passed.by <= id ? passed : { generation: pinned, by: id };
}

/** The age that an earlier process knew of this generation. One with the same content that came later may be younger. */
export function knownAge(
  { age }: DirectoryState,
  { id, contentDigest }: Pick<GenerationMetadata, 'id' | 'contentDigest'>,
): AgeRecord | undefined {
  return age?.contentDigest === contentDigest && (age.generation ?? id) === id ? age : undefined;
}

/** Last time the control plane was seen to have the content of a generation: when it was taken, or later. */
export function confirmedAtMs(state: DirectoryState, { contentDigest, takenAtMs }: GenerationMetadata): number {
  return Math.max(lastConfirmed(state, contentDigest), takenAtMs);
}

function lastConfirmed(state: DirectoryState, contentDigest: string): number {
  return confirmations(state).find((confirmation) => confirmation.contentDigest === contentDigest)?.atMs ?? 0;
}

function confirmations({ confirmed, confirmedBefore }: DirectoryState): readonly Confirmation[] {
  return confirmed === null ? confirmedBefore : [confirmed, ...confirmedBefore];
}

/** Where the state of a directory lies. */
export const statePath = (directory: DataDirectory) => join(directory.path, 'state.json');

function parseState(bytes: Buffer): DirectoryState {
  const object = parseJsonObject(bytes);
  const version = countField(object, 'formatVersion');
  if (version > 1) {
    throw new OsoError('SNAPSHOT_NEWER', `the data directory was written in format ${version}, newer than 1`, {
      hint: 'use the version of oso-fallback that wrote it, or an empty data directory',
    });
  }
  return {
    formatVersion: 1,
    clientId: textField(object, 'clientId'),
    highWater: optional(object, 'highWater', parseHighWater),
    confirmed: optional(object, 'confirmed', parseConfirmation),
    confirmedBefore: parseConfirmedBefore(object),
    age: optional(object, 'age', (age) => ({
      contentDigest: hashField(age, 'contentDigest'),
      generation: age['generation'] === undefined ? undefined : textField(age, 'generation'),
      ageMs: countField(age, 'ageMs'),
      atMs: countField(age, 'atMs'),
    })),
    pinned: parsePinned(object),
    passed: optional(object, 'passed', (passed) => ({
      generation: textField(passed, 'generation'),
      by: textField(passed, 'by'),
    })),
  };
}

function parseHighWater(object: JsonObject): HighWater {
  return {
    environment: textField(object, 'environment'),
    tenant: textField(object, 'tenant'),
    takenAtMs: countField(object, 'takenAtMs'),
    contentDigest: hashField(object, 'contentDigest'),
  };
}

function parseConfirmation(object: JsonObject): Confirmation {
  return { contentDigest: hashField(object, 'contentDigest'), atMs: countField(object, 'atMs') };
}

/** Earlier versions did not write it. */
function parseConfirmedBefore({ confirmedBefore = [] }: JsonObject): readonly Confirmation[] {
  if (!Array.isArray(confirmedBefore)) throw new FieldError('`confirmedBefore` is not a list');
  return confirmedBefore.map((confirmation) => parseConfirmation(objectField({ confirmation }, 'confirmation')));
}

function parsePinned(object: JsonObject): string | null {
  if (object['pinned'] === null) return null;
  const id = textField(object, 'pinned');
  if (takenAtMsInId(id) === undefined) throw new FieldError('`pinned` is not the id of a generation');
  return id;
}

function optional<T>(object: JsonObject, key: string, parse: (value: JsonObject) => T): T | null {
  return object[key] === null || object[key] === undefined ? null : parse(objectField(object, key));
}
