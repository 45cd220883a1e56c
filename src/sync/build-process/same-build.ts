import { OsoError } from '../../errors/oso-error.ts';
import { BUILD_ID } from '../../util/build-id.ts';
import { messageOf } from '../../util/message-of.ts';

/** What Node.js says when modules are gone, or not those that go with the others. */
const MISSING = /Cannot find (?:module|package) |does not provide an export named /u;

/**
 * Whoever started this process or thread must be of the same build: when a program is replaced while a node runs, what it
 * starts is new and need not understand it. Throws COPY_FAILED.
 */
export function requireSameBuild(theirs: string | undefined): void {
  if (theirs === undefined || theirs === BUILD_ID) return;
  throw new OsoError('COPY_FAILED', 'the program was replaced while this node ran; restart the node');
}

/** The same, where the new program is not whole, or not even there. Other errors are returned as they are. */
export function explainMissing(error: unknown): unknown {
  const [first = ''] = messageOf(error).split('\n');
  if (error instanceof OsoError || !MISSING.test(first)) return error;
  const message = `the program is not whole, as when it is replaced while a node runs; restart the node: ${first}`;
  return new OsoError('COPY_FAILED', message, { cause: error });
}
