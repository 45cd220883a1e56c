import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import { type DataDirectory, openDataDirectory, viewDataDirectory } from './data-directory.ts';
import { listGenerations } from './list-generations.ts';

/** What the system says where reading may be possible all the same. */
const UNWRITABLE: ReadonlySet<string | undefined> = new Set([
  ...['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'],
  ...['EIO', 'EUCLEAN', 'EBADMSG', 'ESTALE'],
]);

/**
 * Opens a data directory for a node. One that cannot be written, as when the system has made a failing disk read-only,
 * is only looked at while it holds something to serve: no copy is kept there, but none is lost to those who ask. Each
 * `restore` tries to open it for writing. Throws what `openDataDirectory` throws.
 */
export async function openForServing(path: string): Promise<DataDirectory> {
  try {
    return await openDataDirectory(path, 'serve');
  } catch (error) {
    if (!(error instanceof OsoError) || !UNWRITABLE.has(errnoOf(error.cause))) throw error;
    const view = await viewOfData(path);
    if (view === undefined) throw error;
    return lookingOnly(view, error);
  }
}

/** Undefined when there is nothing to serve, or nothing that can be looked at. */
async function viewOfData(path: string): Promise<DataDirectory | undefined> {
  try {
    const view = await viewDataDirectory(path);
    return (await listGenerations(view)).length > 0 ? view : undefined;
  } catch {
    return undefined;
  }
}

function lookingOnly(view: DataDirectory, why: OsoError): DataDirectory {
  let opened: DataDirectory | undefined;
  return {
    ...view,
    unwritable: `${why.message}; what it holds is served, and nothing new is copied to it`,
    get writable() {
      return opened?.writable ?? false;
    },
    async restore() {
      if (opened !== undefined) return await opened.restore();
      opened = await openDataDirectory(view.path, 'serve');
      return false;
    },
    close: () => opened?.close(),
  };
}
