import { tailBytesOf, trailerFigures } from '../../connector/decide/trailer-figures.ts';
import type { TrailerReader } from '../../connector/work/connector-ports.ts';
import type { Layout } from '../../shared/layout/layout.ts';
import { loadLayout } from '../../shared/pipeline/store/load-layout.ts';
import { createFileLayoutSource } from '../adapters/file-layout-source.ts';

/** Reads trailers by the layouts of this machine. */
export function createTrailerReader(): TrailerReader {
  const layouts = new Map<string, Promise<Layout>>();
  const layoutOf = (name: string): Promise<Layout> => {
    const known =
      layouts.get(name) ?? loadLayout(createFileLayoutSource(), name).then(({ layout }) => layout);
    layouts.set(name, known);
    return known;
  };
  return {
    tailBytes: async (name) => tailBytesOf(await layoutOf(name)),
    figures: async (name, tail) => trailerFigures(await layoutOf(name), tail),
  };
}
