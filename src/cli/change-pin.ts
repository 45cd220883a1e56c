import { OsoError } from '../errors/oso-error.ts';
import type { DataDirectory } from '../generations/data-directory.ts';
import { openDataDirectory, viewDataDirectory } from '../generations/data-directory.ts';
import { type DirectoryState, writeState } from '../generations/directory-state.ts';
import { exists } from '../generations/exists.ts';
import { loadState } from '../generations/load-state.ts';
import { askNode, type NodeAddress, tellNode } from './ask-node.ts';
import type { CommandContext, Invocation } from './command.ts';
import { addressAt, localAddress } from './node-address.ts';
import type { Output } from './output.ts';
import { requireSameDirectory } from './require-same-directory.ts';
import { sayWhere } from './say-where.ts';
import { warnOfDirectory } from './warn-of-directory.ts';

/** A change of the pin, told in two ways. */
export interface PinChange {
  /** The command, for the lock. */
  readonly command: string;
  /** Asks a running node for it. */
  readonly path: string;
  /** Makes it in a directory that no node uses. Throws when it cannot be. */
  readonly atRest: (directory: DataDirectory, state: DirectoryState) => Promise<DirectoryState>;
}

/** `node`: what a running node answered. */
export type ChangedPin =
  | { readonly kind: 'node'; readonly url: string; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly kind: 'directory'; readonly before: DirectoryState; readonly after: DirectoryState };

/**
 * Changes the pin where it is kept: in the data directory when no node uses it, else by asking that node, so that two
 * processes never write at once. With `--url` the node there is asked. Throws what both ways throw.
 */
export async function changePin(
  change: PinChange,
  invocation: Invocation,
  context: CommandContext,
): Promise<ChangedPin> {
  try {
    return await changeWhereKept(change, invocation, context);
  } catch (error) {
    throw sayWhere(error);
  }
}

async function changeWhereKept(
  change: PinChange,
  invocation: Invocation,
  { clock, signal, output }: CommandContext,
): Promise<ChangedPin> {
  const { settings } = invocation.config({ controlPlane: false });
  const url = invocation.text('url');
  const token = settings.apiToken?.reveal() ?? '';
  const tell = async (address: NodeAddress): Promise<ChangedPin> => {
    return { kind: 'node', url: address.url, answer: await tellNode(address, change.path, { clock, token, signal }) };
  };
  if (url !== undefined) return await tell(addressAt(url));
  await requireDataDirectory(settings.directory);
  const opened = await openUnlessLocked(settings.directory, change.command);
  if (!(opened instanceof OsoError)) return await changeAtRest(opened, change, output);
  const local = await localAddress(settings);
  try {
    // Whoever has the directory need not be a node, nor the one that is asked, and what another one serves is not to change.
    await requireSameDirectory(settings.directory, local, await askNode(local, { clock, signal }));
    return await tell(local);
  } catch (error) {
    if (error instanceof OsoError && error.code === 'NODE_UNREACHABLE')
      throw new AggregateError([withoutHint(opened), sayWhere(error)]);
    throw error;
  }
}

/** Whatever opens a directory makes it a data directory, and in a wrong one nothing is pinned. */
async function requireDataDirectory(path: string): Promise<void> {
  const { generationsPath } = await viewDataDirectory(path);
  if (await exists(generationsPath)) return;
  throw new OsoError('DIRECTORY_UNUSABLE', `\`${path}\` is no data directory: it has no place for generations`);
}

/** It says to stop the process that has the directory, which may be serving. */
function withoutHint(error: OsoError): OsoError {
  return new OsoError(error.code, error.message, { cause: error });
}

async function openUnlessLocked(path: string, command: string): Promise<DataDirectory | OsoError> {
  try {
    return await openDataDirectory(path, command);
  } catch (error) {
    if (error instanceof OsoError && error.code === 'DIRECTORY_LOCKED') return error;
    throw error;
  }
}

async function changeAtRest(directory: DataDirectory, { atRest }: PinChange, output: Output): Promise<ChangedPin> {
  try {
    const { state: before, problem } = await loadState(directory);
    warnOfDirectory(directory, problem, output);
    const after = await atRest(directory, before);
    await writeState(directory, after);
    return { kind: 'directory', before, after };
  } finally {
    directory.close();
  }
}
