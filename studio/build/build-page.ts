import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { PAGE_STYLE } from '../../shared/look/page-style.ts';

/** The texts that the page consists of. */
export interface PageFiles {
  script: string;
  style: string;
}

const STYLES = ['studio/page/page.css', 'studio/page/bench/bench.css', 'studio/page/lake/lake.css'];
const TARGETS = ['chrome120', 'firefox121', 'safari17'];
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Compiles the page and its worker, in memory. `report` takes what is in them. */
export async function buildPage(
  report: (part: string, metafile: Metafile) => void = () => undefined,
): Promise<PageFiles> {
  const { build } = await import('esbuild');
  const common = {
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: TARGETS,
    minify: true,
    metafile: true,
    absWorkingDir: PROJECT,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'warning',
    outdir: 'page',
    tsconfig: 'studio/page/tsconfig.json',
  } as const;
  const worker = await build({
    ...common,
    // Errors are told by their names.
    keepNames: true,
    entryPoints: ['studio/page/worker.ts'],
    inject: ['studio/page/stand-ins/buffer-global.ts'],
    alias: {
      'node:crypto': './studio/page/stand-ins/node-crypto.ts',
      'node:zlib': './studio/page/stand-ins/node-zlib.ts',
    },
  });
  report('worker', worker.metafile);
  const page = await build({
    ...common,
    entryPoints: ['studio/page/app/main.tsx'],
    define: { WORKER_SOURCE: JSON.stringify(worker.outputFiles[0]?.text) },
    loader: { '.json': 'json' },
  });
  report('page', page.metafile);
  const styles = await build({ ...common, entryPoints: STYLES });
  const texts = styles.outputFiles.map(({ text }) => text);
  return { script: page.outputFiles[0]?.text ?? '', style: [PAGE_STYLE, ...texts].join('\n') };
}
