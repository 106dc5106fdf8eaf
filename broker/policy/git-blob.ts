// What git calls a file's content: by this a policy that was loaded is found to be the one that a repository has.
import { createHash } from 'node:crypto';

/** Hex SHA-1 of the content behind git's header. Of a text as it was read: it has every byte of its file. */
export function gitBlob(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
