import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve } from 'node:path';
import { getSystemErrorMap } from 'node:util';

/*
 * A disk that fails on demand. It stands in front of the functions of node:fs that this program uses and numbers the
 * calls that touch one directory. A plan says what happens at which call. Calls that the library makes inside of its
 * own functions are not seen, so `writeFile` and `rm` are taken apart into their steps here.
 */

/** What a full disk or a missing file descriptor makes impossible; any call can meet the others. */
const NEEDS_ROOM = new Set(['write', 'create', 'mkdir', 'rename', 'truncate', 'fsync']);
const REFUSED_BY = {
  ENOSPC: NEEDS_ROOM,
  EDQUOT: NEEDS_ROOM,
  EMFILE: new Set(['open', 'create', 'readdir', 'readFile']),
};

/** Calls that may change what a later reader finds. */
const CHANGING = new Set(['create', 'write', 'fsync', 'truncate', 'mkdir', 'rename', 'unlink', 'rmdir']);

const ERRNO = { EIO: -5, EMFILE: -24, ENOSPC: -28, EUCLEAN: -117, EDQUOT: -122 };

/**
 * Replaces the functions in this process. `onCall({ kind, path, isChange })` is asked before every call and answers
 * undefined, `{ error }` with the code of a system error, or `{ tear }`, a function that is called once half of a write
 * is on disk. `onDone` is told of every change that has been made: kind and path, and `from` of a rename, `at` and `bytes`
 * of a write, `length` of a truncation. Returns a function that puts everything back.
 */
export async function installFaultDisk(root, onCall, onDone = () => {}) {
  const originals = { ...fs };
  const promiseOriginals = { ...fs.promises };
  const fds = new Map();
  const handles = new WeakMap();
  /** Where the next write without a position goes. */
  const positions = new WeakMap();
  const inRoot = (path) => typeof path === 'string' && resolve(path).startsWith(root);

  /** Asks the plan; throws what it says. */
  function meet(kind, path) {
    const isChange = CHANGING.has(kind);
    const answer = onCall({ kind, path, isChange, refuses: (code) => REFUSED_BY[code]?.has(kind) ?? true });
    if (answer?.error !== undefined) throw systemError(answer.error, kind, path);
    return answer;
  }

  const openKind = (flags) => {
    const bits = typeof flags === 'number' ? flags : /[wax]/.test(flags ?? 'r') ? fs.constants.O_CREAT : 0;
    return bits & fs.constants.O_CREAT ? 'create' : 'open';
  };

  function simple(kind, original) {
    return async (path, ...rest) => {
      if (!inRoot(path)) return await original(path, ...rest);
      meet(kind, path);
      const result = await original(path, ...rest);
      // The name of a temporary directory is known only now.
      if (CHANGING.has(kind)) onDone({ kind, path: original === promiseOriginals.mkdtemp ? result : path });
      return result;
    };
  }

  function opened(path, flags) {
    if (inRoot(path) && openKind(flags) === 'create') onDone({ kind: 'create', path });
  }

  async function open(path, flags, mode) {
    if (inRoot(path)) meet(openKind(flags), path);
    const handle = await promiseOriginals.open(path, flags, mode);
    if (inRoot(path)) handles.set(handle, path);
    opened(path, flags);
    return handle;
  }

  async function writeFile(path, data, options = {}) {
    if (!inRoot(path)) return await promiseOriginals.writeFile(path, data, options);
    const handle = await open(path, options.flag ?? 'w', options.mode);
    try {
      await handle.write(Buffer.from(data));
      if (options.flush) await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async function rm(path, options = {}) {
    if (!inRoot(path)) return await promiseOriginals.rm(path, options);
    rmSync(path, options);
  }

  function rmSync(path, options = {}) {
    if (!inRoot(path)) return originals.rmSync(path, options);
    let found;
    try {
      found = originals.lstatSync(path);
    } catch (error) {
      if (error.code === 'ENOENT' && options.force) return;
      throw error;
    }
    if (!found.isDirectory()) {
      meet('unlink', path);
      originals.unlinkSync(path);
      onDone({ kind: 'unlink', path });
      return;
    }
    meet('readdir', path);
    for (const name of originals.readdirSync(path)) rmSync(join(path, name), options);
    meet('rmdir', path);
    originals.rmdirSync(path);
    onDone({ kind: 'rmdir', path });
  }

  async function rename(from, to) {
    if (!inRoot(to)) return await promiseOriginals.rename(from, to);
    meet('rename', to);
    await promiseOriginals.rename(from, to);
    onDone({ kind: 'rename', path: to, from });
  }

  const sync = {
    rmSync,
    openSync(path, flags, mode) {
      if (inRoot(path)) meet(openKind(flags), path);
      const fd = originals.openSync(path, flags, mode);
      if (inRoot(path)) fds.set(fd, path);
      else fds.delete(fd);
      opened(path, flags);
      return fd;
    },
    closeSync(fd) {
      fds.delete(fd);
      return originals.closeSync(fd);
    },
    writeSync(fd, ...rest) {
      const answer = fds.has(fd) ? meet('write', fds.get(fd)) : undefined;
      if (answer?.tear) tearSync(originals, fd, rest, answer.tear);
      const written = originals.writeSync(fd, ...rest);
      if (fds.has(fd)) wrote(fds.get(fd), writtenBytes(rest, written));
      return written;
    },
    readSync(fd, ...rest) {
      if (fds.has(fd)) meet('read', fds.get(fd));
      return originals.readSync(fd, ...rest);
    },
    fsyncSync(fd) {
      if (!fds.has(fd)) return originals.fsyncSync(fd);
      meet('fsync', fds.get(fd));
      originals.fsyncSync(fd);
      onDone({ kind: 'fsync', path: fds.get(fd) });
    },
    fsync(fd, callback) {
      if (!fds.has(fd)) return originals.fsync(fd, callback);
      try {
        sync.fsyncSync(fd);
        process.nextTick(callback, null);
      } catch (error) {
        process.nextTick(callback, error);
      }
    },
    ftruncateSync(fd, length) {
      if (fds.has(fd)) meet('truncate', fds.get(fd));
      originals.ftruncateSync(fd, length);
      if (fds.has(fd)) onDone({ kind: 'truncate', path: fds.get(fd), length: length ?? 0 });
    },
    mkdtempSync(prefix, ...rest) {
      if (inRoot(prefix)) meet('mkdir', prefix);
      const path = originals.mkdtempSync(prefix, ...rest);
      if (inRoot(prefix)) onDone({ kind: 'mkdir', path });
      return path;
    },
    readFileSync(path, ...rest) {
      if (inRoot(path)) meet('readFile', path);
      return originals.readFileSync(path, ...rest);
    },
  };
  const promises = {
    open,
    writeFile,
    rm,
    rename,
    mkdir: simple('mkdir', promiseOriginals.mkdir),
    mkdtemp: simple('mkdir', promiseOriginals.mkdtemp),
    unlink: simple('unlink', promiseOriginals.unlink),
    readdir: simple('readdir', promiseOriginals.readdir),
    readFile: simple('readFile', promiseOriginals.readFile),
    stat: simple('stat', promiseOriginals.stat),
    lstat: simple('stat', promiseOriginals.lstat),
    realpath: simple('stat', promiseOriginals.realpath),
    statfs: simple('stat', promiseOriginals.statfs),
  };

  const prototype = await handlePrototype(promiseOriginals.open);
  const { write, read, sync: fsync, truncate, stat } = prototype;
  const onHandle = (kind, original) =>
    async function faulty(...rest) {
      if (handles.has(this)) meet(kind, handles.get(this));
      const result = await original.apply(this, rest);
      if (handles.has(this) && CHANGING.has(kind)) onDone({ kind, path: handles.get(this), length: rest[0] ?? 0 });
      return result;
    };
  prototype.read = onHandle('read', read);
  prototype.sync = onHandle('fsync', fsync);
  prototype.truncate = onHandle('truncate', truncate);
  prototype.stat = onHandle('stat', stat);
  prototype.write = async function faultyWrite(...rest) {
    const answer = handles.has(this) ? meet('write', handles.get(this)) : undefined;
    if (answer?.tear) tearSync(originals, this.fd, rest, answer.tear);
    const result = await write.apply(this, rest);
    if (handles.has(this)) {
      const { bytes, at = positions.get(this) ?? 0 } = writtenBytes(rest, result.bytesWritten);
      positions.set(this, at + bytes.length);
      wrote(handles.get(this), { bytes, at });
    }
    return result;
  };

  function wrote(path, { bytes, at }) {
    if (at === undefined) throw new Error(`a write to ${path} without a position`);
    onDone({ kind: 'write', path, bytes, at });
  }

  Object.assign(fs, sync);
  Object.assign(fs.promises, promises);
  syncBuiltinESMExports();
  return () => {
    for (const name of Object.keys(sync)) fs[name] = originals[name];
    for (const name of Object.keys(promises)) fs.promises[name] = promiseOriginals[name];
    Object.assign(prototype, { write, read, sync: fsync, truncate, stat });
    syncBuiltinESMExports();
  };
}

/** What a write has written, and where if it said so. */
function writtenBytes([data, offset, , position], written) {
  // The arguments of the text form are (text, position).
  if (typeof data === 'string') return { bytes: Buffer.from(data).subarray(0, written), at: offset ?? undefined };
  const from = typeof offset === 'number' ? offset : 0;
  const view = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return { bytes: Buffer.from(view.subarray(from, from + written)), at: position ?? undefined };
}

/** Writes the first half of what was to be written, and tells. */
function tearSync(originals, fd, [data, offset, length, position], tear) {
  if (typeof data === 'string') {
    // The arguments of the text form are (text, position).
    const bytes = Buffer.from(data);
    originals.writeSync(fd, bytes, 0, bytes.length >> 1, offset);
  } else {
    const from = typeof offset === 'number' ? offset : 0;
    const size = typeof length === 'number' ? length : data.byteLength - from;
    originals.writeSync(fd, data, from, size >> 1, position);
  }
  tear();
}

async function handlePrototype(open) {
  const handle = await open(process.execPath);
  await handle.close();
  return Object.getPrototypeOf(handle);
}

/** As Node.js throws it: for some it has no word, and `writeSync` says even less. */
function systemError(name, kind, path) {
  const errno = ERRNO[name];
  const unknown = kind === 'write' ? 'UNKNOWN' : `Unknown system error ${errno}`;
  const code = getSystemErrorMap().has(errno) ? name : unknown;
  return Object.assign(new Error(`${code}: injected, ${kind} '${path}'`), { code, errno, syscall: kind, path });
}
