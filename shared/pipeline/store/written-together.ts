import type { PipelinePorts } from '../../ports/pipeline-ports.ts';

type LakePorts = Pick<PipelinePorts, 'lake' | 'catalog'>;

/** The same ports, the others of which are still made when they are asked for. */
function onDrafts<P extends LakePorts>(ports: P, lake: P['lake'], catalog: P['catalog']): P {
  return Object.create(ports, { lake: { value: lake }, catalog: { value: catalog } }) as P;
}

/**
 * Does work whose documents a lake on a disk gets together at its end, so that it waits for the disk a few times and not once for each. Nobody
 * sees a part of it before. If it fails, or if somebody else wrote one of the documents meanwhile, it is done once more, step by step on the
 * store itself: so it must be safe to repeat, and tell nobody.
 */
export async function writtenTogether<P extends LakePorts, T>(
  ports: P,
  work: (ports: P) => Promise<T>,
): Promise<T> {
  const { lake, catalog } = ports;
  const drafted = lake.draft?.();
  if (!drafted || !catalog.on) return work(ports);
  const done = await work(onDrafts(ports, drafted.store, catalog.on(drafted.store))).then(
    (result) => ({ result }),
    // Step by step it also says what was written before the failure, and why it failed.
    () => undefined,
  );
  return done && (await drafted.settle()) ? done.result : work(ports);
}
