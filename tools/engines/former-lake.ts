import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { createLocalPorts } from '../../local/local-ports.ts';
import { finalizeFile } from '../../shared/pipeline/finalize/finalize-file.ts';
import { mergePartition } from '../../shared/pipeline/merge/merge-partition.ts';
import { parseRange } from '../../shared/pipeline/parse/parse-range.ts';
import { reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { sealedBytes } from '../../shared/pipeline/store/sealed-json.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { plannedRangesShape } from '../../shared/run/file-plan.ts';
import { type EngineFile, engineFile, engineLayout } from './engine-files.ts';

/**
 * Converts files as versions before Iceberg did: no file has ids of fields, and other programs are shown nothing. Plans say which ids the
 * files get, so a plan without them makes files without them.
 */
export async function makeFormerLake(lakeDir: string, rawRoot: string, files: EngineFile[]): Promise<void> {
  await mkdir(lakeDir, { recursive: true });
  const ports = formerPorts(lakeDir, rawRoot);
  for (const { name, form, records } of files) {
    const layout = join(rawRoot, `${form}.json`);
    await writeFile(layout, JSON.stringify(engineLayout(form)));
    await writeFile(join(rawRoot, name), engineFile(form, name, records));
    const split = await splitFile(ports, `former-${name}`, { sourceKey: name, layout });
    if (split.verdict !== 'convert') throw new Error(`${name} is not converted: ${split.verdict}`);
    for (const range of await readJson(ports.lake, split.rangesKey, plannedRangesShape))
      await parseRange(ports, split.planKey, range);
    const reconciled = await reconcileFile(ports, split.planKey);
    const merges = reconciled.verdict === 'balanced' ? (reconciled.merges?.flat() ?? []) : [];
    for (const mergeIndex of merges) await mergePartition(ports, split.planKey, { mergeIndex });
    await finalizeFile(ports, reconciled);
  }
  await rm(join(lakeDir, 'ledger', '_fields'), { recursive: true });
}

function formerPorts(lakeDir: string, rawRoot: string): PipelinePorts {
  const ports = createLocalPorts({ lakeDir, rawRoot, rangeSizeBytes: 2 ** 24, expectedFiles: undefined });
  const lake = withoutIds(ports.lake);
  return { ...ports, lake, catalog: createFileCatalog(lake) };
}

function withoutIds(lake: ObjectStore): ObjectStore {
  const put = (key: string, bytes: Uint8Array) => {
    if (!/^runs\/[^/]+\/plan\.json$/.test(key)) return lake.put(key, bytes);
    const { fieldIds: _ids, seal: _seal, ...plan } = JSON.parse(Buffer.from(bytes).toString());
    return lake.put(key, sealedBytes(key, plan));
  };
  return new Proxy(lake, {
    get(target, name) {
      if (name === 'put') return put;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
