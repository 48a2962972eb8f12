import { UsageError } from '../../shared/errors.ts';
import { documentProblems } from '../../shared/layout/document-problems.ts';
import { type Settings, settingsSchema } from './settings.ts';

/** Reads the text of a config file. Fails with `UsageError`, which names each wrong key with the nearest valid one. */
export function readSettings(text: string, file: string): Settings {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UsageError({
      what: 'this is not JSON',
      where: file,
      why: (cause as Error).message,
      next: 'docs/connector.md has an example to begin with.',
    });
  }
  const read = settingsSchema.safeParse(json);
  if (read.success) return read.data;
  throw new UsageError({
    what: documentProblems(settingsSchema, read.error, 'the config').join('; '),
    where: file,
    next: 'docs/connector.md lists every key.',
  });
}
