import { join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import { contentDigest } from '../snapshot/content-digest.ts';
import { ioError } from '../snapshot/io-error.ts';
import {
  countField,
  FieldError,
  hashField,
  type JsonObject,
  parseJsonObject,
  signatureCountsField,
  textField,
} from '../snapshot/json-fields.ts';
import { sortKeys } from '../snapshot/print-manifest.ts';
import { readRegularFile } from '../snapshot/read-regular-file.ts';
import type { GenerationMetadata } from './generation.ts';
import { generationId } from './generation-id.ts';
import { damaged } from './intact-files.ts';

/** The text of `generation.json`. Its keys are in the order of the type. */
export function printGeneration(metadata: GenerationMetadata): string {
  return `${JSON.stringify({ ...metadata, countBySignature: sortKeys(metadata.countBySignature) }, null, 2)}\n`;
}

/**
 * Reads the metadata of a generation from its folder. Throws INDEX_INVALID when the file is missing, damaged or
 * contradicts itself, SNAPSHOT_NEWER when a newer version wrote it, DIRECTORY_UNUSABLE when the disk does not give it.
 */
export async function readGeneration(folder: string): Promise<GenerationMetadata> {
  const path = join(folder, 'generation.json');
  try {
    return parseGeneration(parseJsonObject(await readRegularFile(path)));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw damaged(path, 'it is missing', error);
    if (error instanceof FieldError) throw damaged(path, error.message, error);
    throw ioError(error, 'read', path);
  }
}

function parseGeneration(object: JsonObject): GenerationMetadata {
  const version = countField(object, 'formatVersion');
  if (version > 1) {
    throw new OsoError('SNAPSHOT_NEWER', `the generation was written in format ${version}, newer than 1`);
  }
  const factCount = countField(object, 'factCount');
  const metadata: GenerationMetadata = {
    formatVersion: 1,
    id: textField(object, 'id'),
    environment: textField(object, 'environment'),
    tenant: textField(object, 'tenant'),
    source: textField(object, 'source'),
    takenAtMs: countField(object, 'takenAtMs'),
    policySha256: hashField(object, 'policySha256'),
    factsDigest: hashField(object, 'factsDigest'),
    contentDigest: hashField(object, 'contentDigest'),
    factCount,
    countBySignature: signatureCountsField(object, 'countBySignature', factCount),
    indexBytes: countField(object, 'indexBytes'),
    indexSha256: hashField(object, 'indexSha256'),
    arrivedBy: parseArrival(object),
    factsEtag: parseEtag(object),
  };
  const digest = contentDigest(metadata.policySha256, metadata.factsDigest);
  if (metadata.contentDigest !== digest) throw new FieldError('`contentDigest` does not follow from its parts');
  if (metadata.id !== generationId(metadata.takenAtMs, digest))
    throw new FieldError('`id` does not follow from its parts');
  return metadata;
}

function parseArrival(object: JsonObject): GenerationMetadata['arrivedBy'] {
  const value = object['arrivedBy'];
  if (value === 'download' || value === 'import') return value;
  throw new FieldError('`arrivedBy` is neither `download` nor `import`');
}

function parseEtag(object: JsonObject): string | null {
  const value = object['factsEtag'] ?? null;
  if (value === null || typeof value === 'string') return value;
  throw new FieldError('`factsEtag` is not a text');
}
