import { ControlFileAwaited } from '../../errors.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type Refusal, type RefusalCode, refuse } from '../../refusal.ts';
import type { ControlFileFound } from '../../run/file-plan.ts';
import { controlFileKey, readControlFile } from '../../totals/control-file.ts';

/** A control file holds a few records. A larger object is something else, and is not read. */
const MAX_CONTROL_FILE_BYTES = 1024 * 1024;

/**
 * Reads the values that the control file beside a data file states; null if the layout describes no control file. Fails with
 * `ControlFileAwaited` if it has not arrived and the layout says to wait.
 */
export async function findControlFile(
  raw: ObjectStore,
  sourceKey: string,
  { controlFile: rule }: Layout,
): Promise<ControlFileFound | Refusal | null> {
  if (!rule) return null;
  const key = controlFileKey(sourceKey, rule);
  const refused = (code: RefusalCode, what: string, next: string): Refusal =>
    refuse(code, { where: sourceKey, what, next });
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
        why: 'The layout says to wait for it, because its totals cannot be proved without it.',
        next: 'Nothing, while the execution waits; if it has given up, run the file again once the control file is there.',
      });
    }
    return refused(
      'control-file-missing',
      `its control file ${key} is not there, so its totals cannot be proved`,
      'Ask for the control file, put it beside the file, and run the file again.',
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
