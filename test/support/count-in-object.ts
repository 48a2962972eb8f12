import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { compareAndSwap, replace } from '../../shared/pipeline/store/compare-and-swap.ts';

/** Process of a test: adds one to the number in an object, again and again. Arguments: folder, how often. */
const [rootDir = '', times = '0'] = process.argv.slice(2);
const store = createFileObjectStore({ rootDir });
for (let turn = 0; turn < Number(times); turn++) {
  await compareAndSwap('count', async () => {
    const stored = await store.get('count');
    const count = stored ? Number(new TextDecoder().decode(stored.bytes)) : 0;
    await replace(store, 'count', new TextEncoder().encode(String(count + 1)), stored);
  });
}
