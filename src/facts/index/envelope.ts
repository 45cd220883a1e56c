import { crc32 } from 'node:zlib';
import { OsoError } from '../../errors/oso-error.ts';
import { checkDirectory } from './check-directory.ts';
import { damaged } from './damaged.ts';
import { type Directory, listSections, parseDirectory } from './directory.ts';
import { FOOTER_BYTES, FORMAT_VERSION, HEADER_BYTES, MAGIC, MAX_DIRECTORY_BYTES, OLDEST_VERSION } from './format.ts';
import { type IndexBytes, readFully } from './index-bytes.ts';

/** The first bytes of a file. */
export function printHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(FORMAT_VERSION, 8);
  return header;
}

/** What follows the last section: directory and footer. */
export function printTrailer(directory: Directory): Buffer {
  const text = Buffer.from(JSON.stringify(directory));
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt32LE(text.length, 0);
  footer.writeUInt32LE(crc32(text), 4);
  MAGIC.copy(footer, 8);
  return Buffer.concat([text, footer]);
}

/** The checked directory of a file. Throws INDEX_INVALID, or SNAPSHOT_NEWER. */
export function readDirectory(file: IndexBytes): Directory {
  readHeader(file);
  const footer = Buffer.alloc(FOOTER_BYTES);
  readFully(file, footer, file.sizeBytes - FOOTER_BYTES);
  if (!footer.subarray(8).equals(MAGIC)) throw damaged('it has no footer; perhaps it is incomplete');
  const length = footer.readUInt32LE(0);
  const offset = file.sizeBytes - FOOTER_BYTES - length;
  if (offset < HEADER_BYTES || length > MAX_DIRECTORY_BYTES) throw damaged('its directory is larger than it can be');
  const text = Buffer.alloc(length);
  readFully(file, text, offset);
  if (crc32(text) !== footer.readUInt32LE(4)) throw damaged('its directory has another checksum than recorded');
  const directory = parseDirectory(text.toString());
  checkDirectory(directory, offset);
  return directory;
}

/** Throws INDEX_INVALID when a section has another checksum than the directory says. Yields now and then. */
export function* checkSections(file: IndexBytes, directory: Directory): Generator<void> {
  const buffer = Buffer.alloc(CHECK_BYTES);
  for (const section of listSections(directory)) {
    let sum = 0;
    for (let done = 0; done < section.length; ) {
      const bytes = buffer.subarray(0, Math.min(CHECK_BYTES, section.length - done));
      readFully(file, bytes, section.offset + done);
      sum = crc32(bytes, sum);
      done += bytes.length;
      yield;
    }
    if (sum !== section.crc32)
      throw damaged(`the section at byte ${section.offset} has another checksum than recorded`);
  }
}

/** Bytes read at a time; stays in the nearer caches. */
const CHECK_BYTES = 256 * 1024;

function readHeader(file: IndexBytes): void {
  const header = Buffer.alloc(HEADER_BYTES);
  if (file.sizeBytes < HEADER_BYTES + FOOTER_BYTES)
    throw new OsoError('INDEX_INVALID', 'the file is not an index file');
  readFully(file, header, 0);
  if (!header.subarray(0, 8).equals(MAGIC)) throw new OsoError('INDEX_INVALID', 'the file is not an index file');
  checkVersion(header.readUInt32LE(8));
  if (header.readUInt32LE(12) !== 0) throw damaged('its header is not as it should be');
}

/** A file of a newer program is not damaged, and must not be taken for that: that program may come back. */
function checkVersion(version: number): void {
  if (version >= OLDEST_VERSION && version <= FORMAT_VERSION) return;
  throw new OsoError(
    version > FORMAT_VERSION ? 'SNAPSHOT_NEWER' : 'INDEX_INVALID',
    `the index file has format version ${version}, this program reads versions ${OLDEST_VERSION} to ${FORMAT_VERSION}`,
  );
}
