#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 20)) {
  process.stderr.write(`oso-fallback needs Node.js 20.20 or newer, this is ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  // Loaded only now: an older Node.js could not even parse what follows.
  const { main } = await import('../src/cli/main.ts');
  // Not left to the event loop: what a reader does not take would keep it turning for ever.
  process.exit(await main(process));
}
