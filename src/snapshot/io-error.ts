import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import { shortageOf } from '../errors/shortage.ts';

/** What the codes of the operating system mean to whoever runs this. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the filesystem is read-only',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  EEXIST: 'it exists already',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk reported an error',
  EUCLEAN: 'the filesystem is damaged',
  EBADMSG: 'the filesystem is damaged',
  ESTALE: 'the server of the filesystem does not know the file any more',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is in use',
  EPIPE: 'the reader closed the pipe',
  ENXIO: 'it is a device or socket without another end',
  ESPIPE: 'it is a pipe, not a file',
};

const FULL: Readonly<Record<string, { readonly reason: string; readonly hint: string }>> = {
  ENOSPC: { reason: 'the disk is full', hint: 'free some space, or use a larger disk' },
  EDQUOT: { reason: 'the disk quota is used up', hint: 'free some space, or ask for a larger quota' },
  EFBIG: {
    reason: 'the file would be larger than allowed',
    hint: 'raise the limit of file sizes (`ulimit -f`), or use another disk',
  },
};

/**
 * The error that a user sees for a failed system call: NO_SPACE when room is missing, DIRECTORY_UNUSABLE otherwise.
 * `action` is what was tried, such as `write` or `open`. Errors that are not from the system are returned as they are.
 */
export function ioError(error: unknown, action: string, path: string): unknown {
  const code = errnoOf(error);
  if (code === undefined) return error;
  const full = FULL[code];
  const what = `cannot ${action} \`${path}\``;
  if (full !== undefined) {
    return new OsoError('NO_SPACE', `${what}: ${full.reason}`, { hint: full.hint, cause: error });
  }
  const shortage = shortageOf(code);
  const hint = code === 'EACCES' ? whoAsks() : shortage?.hint;
  const reason = shortage?.reason ?? REASONS[code] ?? code;
  return new OsoError('DIRECTORY_UNUSABLE', `${what}: ${reason}`, { hint, cause: error });
}

/** The usual reason is a container, whose user is not that of the folder it was given. */
function whoAsks(): string {
  const [user, group] = [process.getuid?.(), process.getgid?.()];
  return `this process is user ${user} of group ${group}; for a container \`--user UID:GID\` chooses another`;
}
