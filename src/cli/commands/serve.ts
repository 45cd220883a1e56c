import { OPTIONS, type SettingName } from '../../config/options.ts';
import { OsoError } from '../../errors/oso-error.ts';
import type { Command } from '../command.ts';

/** Which data an operator wants, and where: an example has its own. */
const OWN_DATA = ['import', 'directory', 'environment', 'tenant', 'api-token'];

export const serve: Command = {
  name: 'serve',
  summary: 'run a node (the default command)',
  arguments: [],
  flags: [
    {
      notation: '--import <file>',
      help: 'snapshot file to start from when the disk is empty and the control plane gives nothing',
    },
    { notation: '--offline', help: 'contact no control plane; needs a copy on disk or --import, and no token' },
    { notation: '--example', help: 'serve generated example data, with nothing else needed' },
    { notation: '--facts <count>', help: 'with --example: how many facts [100000]' },
  ],
  settings: Object.keys(OPTIONS).filter((name): name is SettingName => name in OPTIONS),
  notes: `A verified copy on disk is served at once, or the --import file when that is newer, while a live copy is made beside
it. With an empty disk the live copy comes first, then --import. SIGTERM drains and stops; a second SIGINT leaves at once.
--json prints one line for each event: listening, waiting, serving.

Exit codes: 0 stopped, 2 wrong configuration, 4 nothing to start from, 6 the data directory is in use, 130 interrupted.

  $ OSO_API_TOKEN=… OSO_ENVIRONMENT=… OSO_TENANT=… oso-fallback serve --import oso-data.snapshot`,

  async run(invocation, context) {
    // Until somebody listens SIGHUP ends the process. What it asks for is what a start does anyway.
    context.onHangup(() => {});
    if (invocation.isSet('example')) {
      const foreign = OWN_DATA.find((flag) => invocation.text(flag) !== undefined);
      if (foreign !== undefined) {
        throw new OsoError('CONFIG_INVALID', `\`--example\` makes data of its own: leave out \`--${foreign}\``);
      }
      const { runExample } = await import('../run-example.ts');
      return await runExample(invocation, context);
    }
    if (invocation.text('facts') !== undefined) throw new OsoError('CONFIG_INVALID', '`--facts` needs `--example`');
    const offline = invocation.isSet('offline');
    const importFile = invocation.text('import');
    if (importFile === '-') {
      throw new OsoError('CONFIG_INVALID', '`--import -` cannot be served', {
        hint: '`oso-fallback import -` reads stdin into the data directory',
      });
    }
    const config = invocation.config({ controlPlane: !offline });
    const { runNode } = await import('../run-node.ts');
    return await runNode({ config, offline, importFile }, context);
  },
};
