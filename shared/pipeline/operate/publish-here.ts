import { UsageError } from '../../errors.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { type DayOutcome, publishDay } from '../publish/publish-day.ts';
import { readDayLayout } from '../store/kept-terms.ts';
import { takeDayManifest } from './take-day-manifest.ts';

/** A day manifest that a person gives: the name and the text of the file. */
export interface DayManifestText {
  name: string;
  text: string;
}

interface PublishRequest {
  dataset: string;
  businessDate: string;
  /** From now on the day is held to it. */
  dayManifest?: DayManifestText | undefined;
  partial?: { reason: string } | undefined;
  force?: boolean | undefined;
}

/** Publishes a day because a person asked for it. Fails with `UsageError` if the manifest is none. */
export async function publishHere(
  ports: PipelinePorts,
  { dataset, businessDate, dayManifest, partial, force }: PublishRequest,
): Promise<DayOutcome> {
  const layout = await readDayLayout(ports.lake, dataset, businessDate);
  if (dayManifest) {
    const { name, text } = dayManifest;
    const problems = await takeDayManifest(ports.lake, dataset, businessDate, name, text);
    if (problems.length > 0)
      throw new UsageError({ what: `${name} is not a day manifest: ${problems.join('; ')}` });
  }
  return publishDay(ports, layout, businessDate, { partial, force, tellsWaiting: !partial });
}
