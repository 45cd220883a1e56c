import { OsoError } from '../../errors/oso-error.ts';
import type { DataDirectory } from '../../generations/data-directory.ts';
import type { DirectoryState } from '../../generations/directory-state.ts';
import { newestFirst } from '../../generations/newest-first.ts';
import { scrubGeneration } from '../../generations/scrub-generation.ts';
import { generationOfOthers, isOwnedBy, pinTarget } from '../../sync/pin-target.ts';
import { surveyDirectory } from '../../sync/survey-directory.ts';
import { changePin } from '../change-pin.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';

export const rollback: Command = {
  name: 'rollback',
  summary: 'serve an earlier generation, until `unpin`',
  arguments: [{ notation: '[generation]', help: 'its id; without one, that before the current one' }],
  flags: [{ notation: '--url <url>', help: 'address of the node [http://127.0.0.1:OSO_PORT]' }],
  settings: ['directory', 'port', 'apiToken', 'tlsCert'],
  notes: `The generation is pinned: it is served whatever is newer, also after a restart, while copying goes on beside it.
When a node uses the data directory, or with --url, that node is asked, with its own OSO_API_TOKEN, and swaps at once.

Exit codes: 0 done, 1 there is no such generation, or it is damaged, or the node refuses, 5 it belongs to another environment
or tenant, 6 another process has the data directory, and no node answers.

  $ oso-fallback rollback
  $ oso-fallback unpin`,

  async run(invocation, context) {
    const [wanted] = invocation.arguments;
    const query = wanted === undefined ? '' : `?generation=${encodeURIComponent(wanted)}`;
    const change = {
      command: 'rollback',
      path: `/-/rollback${query}`,
      atRest: (directory: DataDirectory, state: DirectoryState) =>
        pinAtRest({ directory, state, wanted, signal: context.signal }),
    };
    const changed = await changePin(change, invocation, context);
    const pinned = changed.kind === 'node' ? changed.answer['pinned'] : changed.after.pinned;
    const where = changed.kind === 'node' ? `the node at ${changed.url} serves it now` : 'the next start serves it';
    context.output.result(`pinned ${pinned}; ${where}`, { pinned, running: changed.kind === 'node' });
    return EXIT.done;
  },
};

interface PinAtRest {
  readonly directory: DataDirectory;
  readonly state: DirectoryState;
  readonly wanted: string | undefined;
  readonly signal: AbortSignal;
}

async function pinAtRest({ directory, state, wanted, signal }: PinAtRest): Promise<DirectoryState> {
  const found = await surveyDirectory(directory);
  const survey = { ...found, generations: newestFirst(found.generations, state.passed) };
  const owner = state.highWater;
  const readable = survey.generations.filter(({ metadata }) => metadata !== undefined && isOwnedBy(owner, metadata));
  const current = readable.find(({ id }) => id === state.pinned) ?? readable[0];
  const id = pinTarget(survey, { current: current?.id, owner }, wanted);
  const metadata = survey.generations.find((generation) => generation.id === id)?.metadata;
  if (!isOwnedBy(owner, metadata)) {
    throw generationOfOthers(`the generation ${id} belongs to another environment or tenant`);
  }
  const { kind, message } = await scrubGeneration(directory, id, signal);
  if (kind !== 'intact') {
    throw new OsoError('INDEX_INVALID', `the generation ${id} cannot be served: ${message}`, {
      hint: 'name another one: `oso-fallback status` lists those that are there',
    });
  }
  return { ...state, pinned: id };
}
