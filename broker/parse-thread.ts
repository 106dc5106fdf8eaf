// The thread beside the one that serves: parses one policy file after the other, as it is told, and knows nothing else.
import { parentPort, workerData } from 'node:worker_threads';
import { type PolicyFile, parseFile } from './policy/policy-file.ts';

export const PARSE_THREAD = 'parses policy files';

// Nothing happens when this file is merely imported, on whatever thread.
if (workerData === PARSE_THREAD)
  parentPort?.on('message', (file: PolicyFile) => {
    const packed = parseFile(file);
    parentPort?.postMessage(packed, [packed.parsed.buffer, packed.places.buffer]);
  });
