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
  const draftedCatalog = drafted && catalog.on?.(drafted.store);
  if (!drafted || !draftedCatalog) return work(ports);
  const done = await ended(() => work(onDrafts(ports, drafted.store, draftedCatalog)));
  return done && (await drafted.settle()) ? done.result : work(ports);
}

/** Undefined after a failure: step by step the work also says what it wrote before that, and why it failed. */
async function ended<T>(work: () => Promise<T>): Promise<{ result: T } | undefined> {
  try {
    return { result: await work() };
  } catch {
    return undefined;
  }
}
