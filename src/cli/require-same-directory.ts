import { OsoError } from '../errors/oso-error.ts';
import { directoryIdOf } from '../generations/lock.ts';
import type { NodeStatus } from '../sync/node-status.ts';
import type { NodeAddress } from './ask-node.ts';

/**
 * Throws NODE_UNREACHABLE when the node that answers there is not the one of this data directory. Who cannot be told apart
 * passes: a node that has not looked at its directory yet, or of an earlier version.
 */
export async function requireSameDirectory(
  path: string,
  { url }: NodeAddress,
  { directoryId }: Partial<NodeStatus>,
): Promise<void> {
  const here = await directoryIdOf(path);
  if (here === null || typeof directoryId !== 'string' || directoryId === here) return;
  throw new OsoError('NODE_UNREACHABLE', `the node at ${url} uses another data directory`, {
    hint: 'give the address of the node that uses this one with `--url`',
  });
}
