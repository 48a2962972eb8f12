import { ControlFileAwaited } from '../../errors.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Refusal } from '../../refusal.ts';
import type { ControlFileFound } from '../../run/file-plan.ts';
import { controlFileKey, readControlFile } from '../../totals/control-file.ts';

/** A control file holds a few records: a larger object is something else, and is not read. */
const MAX_CONTROL_FILE_BYTES = 1024 * 1024;

/**
 * What the control file beside a data file states; null for a layout that describes none. Fails with `ControlFileAwaited` where it
 * is not there and the layout says to wait.
 */
export async function findControlFile(
  raw: ObjectStore,
  sourceKey: string,
  { controlFile: rule }: Layout,
): Promise<ControlFileFound | Refusal | null> {
  if (!rule) return null;
  const key = controlFileKey(sourceKey, rule);
  const refused = (code: Refusal['code'], what: string, next: string): Refusal => ({
    code,
    message: `${sourceKey}: ${what}. Nothing was published. ${next}`,
  });
  if (key === sourceKey) {
    return refused(
      'control-file-invalid',
      'it is itself the control file that the layout describes',
      "Let 'files' of the layout name the data files only.",
    );
  }
  const found = await raw.head(key);
  if (!found) {
    if (rule.whenMissing === 'wait') {
      throw new ControlFileAwaited({
        what: `its control file ${key} is not there yet`,
        where: sourceKey,
        why: 'The layout says to wait for it, since without it the totals cannot be proved',
        next: 'It is looked for again; if waiting has ended, run the file again once the control file is there.',
      });
    }
    return refused(
      'control-file-missing',
      `its control file ${key} is not there, so its totals cannot be proved`,
      'Ask for it, put it beside the file, and run the file again.',
    );
  }
  if (found.sizeBytes > MAX_CONTROL_FILE_BYTES) {
    return refused(
      'control-file-invalid',
      `its control file ${key} has ${found.sizeBytes} bytes, more than ${MAX_CONTROL_FILE_BYTES}`,
      'Check controlFile.name of the layout.',
    );
  }
  const range = { startByte: 0, endByte: found.sizeBytes };
  const bytes =
    found.sizeBytes === 0 ? new Uint8Array() : await raw.readRange(key, range, { pin: found.pin });
  const values = readControlFile(bytes, rule);
  if (typeof values !== 'string') return { key, version: found.version, values };
  return refused(
    'control-file-invalid',
    `its control file ${key} cannot be used: ${values}`,
    'Check controlFile of the layout, or ask for the control file to be sent again.',
  );
}
