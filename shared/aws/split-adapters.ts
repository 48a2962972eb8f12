import { GlueClient } from '@aws-sdk/client-glue';
import type { SplitPorts } from '../ports/pipeline-ports.ts';
import { BUNDLED_VERSION } from '../version.ts';
import { bundledLayouts } from './bundled-layouts.ts';
import { patient } from './client-patience.ts';
import type { FunctionVariables } from './function-variables.ts';
import { createGlueCatalog } from './glue-catalog.ts';
import { createStorePorts, once } from './store-adapters.ts';

const DEFAULT_RANGE_BYTES = 128 * 1024 * 1024;
/** The file size that Athena reads best. */
const WHOLE_PART_BYTES = 128 * 1024 * 1024;

/**
 * The ports of a deployed function that tells nobody and records no figures of its own, without the clients for that. Each is made when
 * it is first used: a function has the variables and permissions only of those that it uses.
 */
export function createSplitPorts(environment: Pick<FunctionVariables, 'need' | 'optional'>): SplitPorts {
  const { need } = environment;
  const stores = createStorePorts(environment);
  const catalog = once(() =>
    createGlueCatalog({
      client: new GlueClient(patient()),
      database: need('GLUE_DATABASE'),
      bucket: need('PROCESSED_BUCKET'),
      store: stores.lake,
      now: () => new Date(),
    }),
  );
  return {
    get raw() {
      return stores.raw;
    },
    get lake() {
      return stores.lake;
    },
    get catalog() {
      return catalog();
    },
    get settings() {
      const expected = environment.optional('EXPECTED_FILES');
      return {
        rangeSizeBytes: Number(environment.optional('RANGE_SIZE_BYTES') ?? DEFAULT_RANGE_BYTES),
        wholePartBytes: WHOLE_PART_BYTES,
        expectedFiles: expected === undefined ? undefined : expectedFiles(expected),
        // A command that runs from its sources converts nothing here.
        softwareVersion: BUNDLED_VERSION ?? 'sources',
      };
    },
    publishedPrefix: '',
    layouts: bundledLayouts(),
    clock: { now: () => new Date() },
  };
}

function expectedFiles(text: string): number | string[] {
  return /^\d+$/.test(text) ? Number(text) : text.split(',').map((name) => name.trim());
}
