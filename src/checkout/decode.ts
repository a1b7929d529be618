import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type FileProblem, fileNotText } from '../errors.ts';
import { Source } from './source.ts';

/** Most bytes that are read of one file, and by one call of `read`. */
export const FILE_LIMIT = 5 << 20;
export const TOTAL_LIMIT = 256 << 20;

/** A file's bytes as text. A byte order mark is not part of the text, so that columns are those of an editor; the hash is of all bytes. */
export function decode(path: string, bytes: Buffer): Source | FileProblem {
  if (bytes.includes(0) || !isUtf8(bytes)) return { path, problem: fileNotText(path) };
  if (bytes[0] !== 0xef || bytes[1] !== 0xbb || bytes[2] !== 0xbf) return new Source(path, bytes.toString('utf8'));
  return new Source(path, bytes.toString('utf8', 3), createHash('sha256').update(bytes).digest('hex'));
}
