import { changePin } from '../change-pin.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';

export const unpin: Command = {
  name: 'unpin',
  summary: 'serve the newest generation again, after `rollback` or `import --pin`',
  arguments: [],
  flags: [{ notation: '--url <url>', help: 'address of the node [http://127.0.0.1:OSO_PORT]' }],
  settings: ['directory', 'port', 'apiToken', 'tlsCert'],
  notes: `When a node uses the data directory, or with --url, that node is asked, with its own OSO_API_TOKEN, and swaps at once.
Without a pin it changes nothing.

Exit codes: 0 done, 1 neither a node nor a data directory is there, or the node refuses, 6 another process has the data
directory, and no node answers.

  $ oso-fallback unpin`,

  async run(invocation, context) {
    const atRest = async <T extends object>(_: unknown, state: T) => ({ ...state, pinned: null });
    const changed = await changePin({ command: 'unpin', path: '/-/unpin', atRest }, invocation, context);
    const was = changed.kind === 'node' ? (changed.answer['unpinned'] ?? null) : changed.before.pinned;
    // A node that stops, or finds the newest damaged, serves what it served.
    const then =
      changed.kind === 'node'
        ? `the node at ${changed.url} holds nothing newer back any more`
        : 'the next start serves the newest generation';
    const text = was === null ? 'nothing was pinned' : `unpinned ${was}; ${then}`;
    context.output.result(text, { unpinned: was, running: changed.kind === 'node' });
    return EXIT.done;
  },
};
