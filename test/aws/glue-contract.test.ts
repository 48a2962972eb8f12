import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { describeGlueCatalog } from '../support/catalog-contract.ts';
import { strictGlue } from '../support/strict-glue.ts';

describeGlueCatalog('our double of Glue', async () => ({
  ...(await strictGlue()),
  store: new MemoryObjectStore(),
}));
