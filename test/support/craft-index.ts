import { crc32 } from 'node:zlib';
import { type Directory, listSections, type Section } from '../../src/facts/index/directory.ts';

const FOOTER_BYTES = 16;

/** An index file taken apart. */
export interface IndexParts {
  /** Header and sections. */
  readonly sections: Buffer;
  /** The directory as it is written. */
  readonly text: string;
}

export function takeApart(file: Buffer): IndexParts {
  const end = file.length - FOOTER_BYTES;
  const start = end - file.readUInt32LE(end);
  return { sections: Buffer.from(file.subarray(0, start)), text: file.toString('utf8', start, end) };
}

/** A file of these parts, with a footer that fits them: no checksum tells that it was made by hand. */
export function putTogether({ sections, text }: IndexParts): Buffer {
  const directory = Buffer.from(text);
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt32LE(directory.length, 0);
  footer.writeUInt32LE(crc32(directory), 4);
  footer.write('OSOFACTS', 8);
  return Buffer.concat([sections, directory, footer]);
}

/** The text of a directory with the checksums that the sections have now; as it is when it makes no sense. */
export function fixChecksums({ sections, text }: IndexParts): string {
  const directory: Directory = JSON.parse(text);
  const fix = (section: Section) =>
    Object.assign(section, { crc32: crc32(sections.subarray(section.offset, section.offset + section.length)) });
  try {
    listSections(directory).forEach(fix);
  } catch {
    return text;
  }
  return JSON.stringify(directory);
}
