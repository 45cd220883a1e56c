import type { Command } from './command.ts';

/** A command that is not loaded yet. Loading one costs milliseconds, so a call loads one. */
export interface CommandEntry {
  readonly summary: string;
  load(): Promise<Command>;
}

/** All commands, in the order of help. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  serve: {
    summary: 'run a node (the default command)',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  export: {
    summary: 'copy live policy and facts into a snapshot file',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  import: {
    summary: 'put a snapshot file into the data directory, without serving it',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  status: {
    summary: 'what a running node, or a data directory at rest, holds',
    load: async () => (await import('./commands/status.ts')).status,
  },
  rollback: {
    summary: 'serve an earlier generation, until `unpin`',
    load: async () => (await import('./commands/rollback.ts')).rollback,
  },
  unpin: {
    summary: 'serve the newest generation again, after `rollback` or `import --pin`',
    load: async () => (await import('./commands/unpin.ts')).unpin,
  },
  verify: {
    summary: 'check a snapshot file and write nothing',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  test: {
    summary: 'run the test blocks of Polar files',
    load: async () => (await import('./commands/test.ts')).test,
  },
  'dev-server': {
    summary: 'a local stand-in for Oso Cloud, with writes',
    load: async () => (await import('./commands/dev-server.ts')).devServer,
  },
};
