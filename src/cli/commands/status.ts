import type { Settings } from '../../config/options.ts';
import type { NodeStatus } from '../../sync/node-status.ts';
import { messageOf } from '../../util/message-of.ts';
import { askNode } from '../ask-node.ts';
import type { Command, CommandContext, Invocation } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { addressAt, localAddress } from '../node-address.ts';
import { printStatus } from '../print-status.ts';
import { requireSameDirectory } from '../require-same-directory.ts';
import { sayWhere } from '../say-where.ts';

export const status: Command = {
  name: 'status',
  summary: 'what a running node, or a data directory at rest, holds',
  arguments: [],
  flags: [{ notation: '--url <url>', help: 'address of the node [http://127.0.0.1:OSO_PORT]' }],
  settings: ['port', 'directory', 'tlsCert'],
  notes: `Asks the node first. Without --url, when none answers, it describes the data directory; with --directory also when the
node that answers uses another one.
"size" is that of the environment as stored; a node needs three times as much disk.

Exit codes: 0 done, 1 neither a node nor a data directory is there.

  $ oso-fallback status --json | jq .snapshot.ageMs`,

  async run(invocation, context) {
    const { settings } = invocation.config({ controlPlane: false });
    const found = await findStatus(invocation, settings, context);
    context.output.result(printStatus(found, context.clock.nowMs()), found);
    return EXIT.done;
  },
};

async function findStatus(invocation: Invocation, settings: Settings, context: CommandContext): Promise<NodeStatus> {
  const given = invocation.text('url');
  if (given !== undefined) {
    return await askNode(addressAt(given), context).catch((error: unknown) => {
      throw sayWhere(error);
    });
  }
  const local = await localAddress(settings);
  try {
    const found = await askNode(local, context);
    if (invocation.text('directory') !== undefined) await requireSameDirectory(settings.directory, local, found);
    return found;
  } catch (error) {
    context.signal.throwIfAborted();
    const { statusAtRest } = await import('../status-at-rest.ts');
    return await statusAtRest(settings.directory, context.clock.nowMs(), messageOf(error)).catch((atRest: unknown) => {
      throw new AggregateError([error, sayWhere(atRest)]);
    });
  }
}
