import { OPTIONS } from '../../config/options.ts';
import { parsePort } from '../../config/parse-value.ts';
import { readConfig } from '../../config/read-config.ts';
import type { SqlDialect } from '../../config/sql-dialect.ts';
import { createDevServer, type DevServer } from '../../dev-server/dev-server.ts';
import { DEV_TOKEN } from '../../dev-server/environments.ts';
import { printPolicyErrors, printTestFailures } from '../../dev-server/save-policy.ts';
import { type FileWatch, watchFiles } from '../../dev-server/watch-files.ts';
import { OsoError } from '../../errors/oso-error.ts';
import { drain } from '../../http/drain.ts';
import type { Source } from '../../source/source.ts';
import type { Command, CommandContext, Invocation } from '../command.ts';
import { count } from '../describe-progress.ts';
import { EXIT } from '../exit-code.ts';
import { interruptedBy, untilInterrupted } from '../interruption.ts';
import { createJsonLog } from '../json-log.ts';
import { listen, printUrl } from '../listen.ts';
import { readPolicyFiles } from '../read-policy-files.ts';
import { version } from '../version.ts';

const DEFAULT_PORT = '8081';

export const devServer: Command = {
  name: 'dev-server',
  summary: 'a local stand-in for Oso Cloud, with writes',
  arguments: [{ notation: '[policy...]', help: 'Polar files to start with; together they are one policy' }],
  flags: [
    { notation: '--facts <file>', help: 'facts to start with, one JSON array a line' },
    { notation: '--port <port>', help: `TCP port to listen on; 0 lets the system choose [${DEFAULT_PORT}]` },
    { notation: '--host <address>', help: 'address to listen on [127.0.0.1]' },
    { notation: '--directory <dir>', help: 'keep policy and facts there; without it they end with the process' },
    { notation: '--watch-for-changes', help: 'save the policy anew whenever one of its files changes' },
  ],
  settings: ['sqlDialect'],
  notes: `For tests and drills, not for production: anybody who reaches the port may write. It reads no other OSO_ variables.
The API key is ${DEV_TOKEN}, and its environment 0123456789.

  $ oso-fallback dev-server policy.polar --facts facts.jsonl`,

  async run(invocation, context) {
    const { output, clock, signal } = context;
    const paths = invocation.arguments;
    // An empty one would be all interfaces.
    const at = { port: readPort(invocation), host: invocation.text('host') || '127.0.0.1' };
    const sqlDialect = readDialect(invocation, context);
    const log = createJsonLog({ level: 'error', clientId: () => 'dev-server', secrets: [], clock });
    const policySources = paths.length === 0 ? undefined : await readPolicyFiles(paths);
    const dev = await createDevServer({
      clock,
      log,
      version: version(),
      nodeVersion: process.version,
      policySources,
      factsFile: invocation.text('facts'),
      directory: invocation.text('directory'),
      sqlDialect,
    });
    let watch: FileWatch | undefined;
    try {
      const port = await listen(dev.server.http, at);
      if (invocation.isSet('watch-for-changes') && policySources !== undefined) {
        const onChange = (sources: readonly Source[]) => reportSave(dev, sources, context);
        watch = watchFiles({ paths, known: policySources, clock, log, read: readPolicyFiles, onChange });
      }
      const url = printUrl({ ...at, port });
      output.result(`dev-server on ${url} with ${count(dev.main.factCount)} facts\nAPI key ${DEV_TOKEN}`, {
        event: 'listening',
        url,
        port,
        apiKey: DEV_TOKEN,
        environment: '0123456789',
        facts: dev.main.factCount,
      });
      await untilInterrupted(signal);
    } finally {
      watch?.close();
      await drain({ server: dev.server, clock, drainMs: 0, forceMs: 1_000 });
      await dev.close();
      await log.flush();
    }
    return interruptedBy(signal) === 'SIGINT' ? EXIT.interrupted : EXIT.done;
  },
};

function readPort(invocation: Invocation): number {
  const text = invocation.text('port') ?? DEFAULT_PORT;
  const parsed = parsePort(text);
  if (parsed.ok) return parsed.value;
  throw new OsoError('CONFIG_INVALID', `\`--port\` ${parsed.problem}, not \`${text}\``);
}

/** Other settings of a node mean nothing here: variables that are set are those of an application. */
function readDialect(invocation: Invocation, { env }: CommandContext): SqlDialect {
  const option = OPTIONS.sqlDialect;
  const given = invocation.text(option.flag);
  const read = readConfig({
    flags: given === undefined ? {} : { sqlDialect: given },
    env: { [option.env]: env[option.env] },
    needsControlPlane: false,
  });
  if (read.ok) return read.config.settings.sqlDialect;
  throw new AggregateError(read.problems, 'the dialect is wrong');
}

function reportSave(dev: DevServer, sources: readonly Source[], { output }: CommandContext): void {
  const outcome = dev.savePolicy(sources);
  switch (outcome.kind) {
    case 'saved':
      output.result('policy saved', { event: 'policy-saved' });
      return;
    case 'unchanged':
      return;
    case 'invalid':
      output.stderr.write(`POLICY_INVALID: ${printPolicyErrors(outcome.errors)}\n`);
      return;
    case 'tests-failed':
      output.stderr.write(`POLICY_TESTS_FAILED: ${printTestFailures(outcome.results)}\n`);
  }
}
