// Adds to package-lock.json the optional packages of other platforms that npm left out because the registry in use does
// not have them: newer versions of `npm ci` refuse a lock file without them. Run it after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const added = {};

for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (lock.packages[`${path}/node_modules/${name}`] || lock.packages[`node_modules/${name}`]) continue;
    added[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev && { dev }), optional: true };
  }
}

lock.packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`lock: ${Object.keys(added).length} packages of other platforms added`);

/** Of `@scope/binding-linux-x64-musl` and the like. Without it npm would install the package everywhere. */
function platformOf(name) {
  const match = /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-(musl|gnu))?/.exec(name);
  if (match === null) throw new Error(`\`${name}\` does not tell its platform`);
  const [, os, cpu, libc] = match;
  return { os: [os], cpu: [cpu], ...(libc && { libc: [libc === 'gnu' ? 'glibc' : libc] }) };
}
