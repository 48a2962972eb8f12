import { watch } from 'node:fs';

/**
 * Calls `onChange` when something happens below a folder, where the file system tells of it: a network file system tells only of what this
 * host does. Answers how to end it.
 */
export function noticeChanges(folder: string, onChange: () => void): () => void {
  try {
    const watcher = watch(folder, { recursive: true, persistent: false }, onChange);
    // Without notices the next look comes when it is due.
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}
