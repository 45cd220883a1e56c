/** What the arguments ask for. */
export type Request =
  | { readonly kind: 'version' }
  | { readonly kind: 'help' }
  | { readonly kind: 'command'; readonly name: string; readonly rest: readonly string[] }
  | { readonly kind: 'unknown'; readonly name: string };

/** Switches of every command; they may stand before its name as well. */
const SHARED_SWITCHES: readonly string[] = ['--json', '--quiet'];

/**
 * Finds the command. Besides `oso-fallback COMMAND …` there is the spelling of the container image: `--export FILE` is
 * `export FILE`, other flags (`--import FILE`) belong to `serve`, and no arguments at all is `serve`.
 */
export function readRequest(argv: readonly string[], commands: readonly string[]): Request {
  const leading = argv.findIndex((argument) => !SHARED_SWITCHES.includes(argument));
  const shared = leading === -1 ? argv : argv.slice(0, leading);
  const [first, ...rest] = leading === -1 ? [] : argv.slice(leading);
  if (first === undefined) return { kind: 'command', name: 'serve', rest: shared };
  if (first === '--version' || first === '-V') return { kind: 'version' };
  if (first === '--help' || first === '-h') return { kind: 'help' };
  if (first === 'help') return helpRequest(rest, commands);
  if (commands.includes(first)) return { kind: 'command', name: first, rest: [...shared, ...rest] };
  if (!first.startsWith('-')) return { kind: 'unknown', name: first };
  return containerRequest(argv);
}

function helpRequest([name]: readonly string[], commands: readonly string[]): Request {
  if (name === undefined) return { kind: 'help' };
  if (!commands.includes(name)) return { kind: 'unknown', name };
  return { kind: 'command', name, rest: ['--help'] };
}

function containerRequest(argv: readonly string[]): Request {
  const at = argv.findIndex((argument) => argument === '--export' || argument.startsWith('--export='));
  const flag = argv[at];
  if (flag === undefined) return { kind: 'command', name: 'serve', rest: argv };
  const others = argv.slice(0, at);
  const file = flag.startsWith('--export=') ? [flag.slice('--export='.length)] : [];
  return { kind: 'command', name: 'export', rest: [...others, ...file, ...argv.slice(at + 1)] };
}
