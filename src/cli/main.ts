import type { CommandContext } from './command.ts';
import { readRequest } from './command-line.ts';
import { COMMANDS } from './command-list.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { listenForInterruption, type SignalSource } from './interruption.ts';
import { createOutput, type Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** The process as the command line needs it: `process` itself fits. */
export interface ProcessLike extends SignalSource {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
}

/** Runs one command line. Never throws: every failure is reported and becomes an exit code. */
export async function main(process: ProcessLike): Promise<ExitCode> {
  const argv = process.argv.slice(2);
  const { stdout, stderr, env } = process;
  const switches = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const isJson = switches.includes('--json');
  const output = createOutput({ stdout, stderr, isJson, isQuiet: switches.includes('--quiet'), env });
  const code = await runRequest(argv, process, output);
  const unwritten = await output.settled();
  if (unwritten === undefined) return code;
  const failed = await (await import('./report-errors.ts')).reportUnwritten(unwritten, output);
  return code === EXIT.done ? failed : code;
}

async function runRequest(argv: readonly string[], process: ProcessLike, output: Output): Promise<ExitCode> {
  const { stdout } = process;
  const request = readRequest(argv, Object.keys(COMMANDS));
  try {
    switch (request.kind) {
      case 'version':
        stdout.write(`${(await import('./version.ts')).version()}\n`);
        return EXIT.done;
      case 'help':
        stdout.write((await import('./print-help.ts')).printHelp());
        return EXIT.done;
      case 'unknown':
        throw (await import('./print-help.ts')).unknownCommand(request.name);
      case 'command':
        return await runCommand(request, process, output);
    }
  } catch (failure) {
    return await (await import('./report-errors.ts')).reportErrors(failure, output);
  }
}

async function runCommand(
  { name, rest }: { readonly name: string; readonly rest: readonly string[] },
  process: ProcessLike,
  output: Output,
): Promise<ExitCode> {
  const [{ isHelp, parseInvocation }, { systemClock }, command] = await Promise.all([
    import('./parse-invocation.ts'),
    import('../util/clock.ts'),
    COMMANDS[name]?.load(),
  ]);
  if (command === undefined) throw new Error(`no command ${name}`);
  const parsed = parseInvocation(command, rest, process.env);
  if (isHelp(parsed)) {
    process.stdout.write(parsed.text);
    return EXIT.done;
  }
  const context: CommandContext = {
    env: process.env,
    output,
    clock: systemClock,
    signal: listenForInterruption(process),
    onHangup: (listener) => process.on('SIGHUP', listener),
  };
  return await command.run(parsed, context);
}
