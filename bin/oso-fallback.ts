#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 20)) {
  process.stderr.write(`oso-fallback needs Node.js 20.20 or newer, this is ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  try {
    // Loaded only now: an older Node.js could not even parse what follows.
    const { main } = await import('../src/cli/main.ts');
    // Not left to the event loop: what a reader does not take would keep it turning for ever.
    process.exit(await main(process));
  } catch (thrown) {
    // Without a file to open nothing more can be loaded, and so not what else tells of errors.
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code !== 'EMFILE' && code !== 'ENFILE') throw thrown;
    const message = 'cannot open the files of this program: too many open files';
    const error = { code: 'DIRECTORY_UNUSABLE', message, hint: 'raise the limit of open files (`ulimit -n`)' };
    process.stderr.write(`${error.code}: ${message}\nhint: ${error.hint}\n`);
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error, errors: [error] })}\n`);
    process.exit(1);
  }
}
