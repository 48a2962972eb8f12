import { headBytesOf, lengthsProblem } from '../../connector/decide/record-lengths.ts';
import { tailBytesOf, trailerFigures } from '../../connector/decide/trailer-figures.ts';
import type { LayoutReader } from '../../connector/work/connector-ports.ts';
import type { Layout } from '../../shared/layout/layout.ts';
import { loadLayout } from '../../shared/pipeline/store/load-layout.ts';
import { createFileLayoutSource } from '../adapters/file-layout-source.ts';

/** Reads the two ends of files by the layouts of this machine. */
export function createLayoutReader(): LayoutReader {
  const layouts = new Map<string, Promise<Layout>>();
  const layoutOf = (name: string): Promise<Layout> => {
    const known =
      layouts.get(name) ?? loadLayout(createFileLayoutSource(), name).then(({ layout }) => layout);
    layouts.set(name, known);
    return known;
  };
  return {
    headBytes: async (name) => headBytesOf(await layoutOf(name)),
    lengthsProblem: async (name, head, sizeBytes) => lengthsProblem(await layoutOf(name), head, sizeBytes),
    tailBytes: async (name) => tailBytesOf(await layoutOf(name)),
    figures: async (name, tail) => trailerFigures(await layoutOf(name), tail),
  };
}
