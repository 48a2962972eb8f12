import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readSettings } from '../connector/decide/read-settings.ts';
import type { Settings } from '../connector/decide/settings.ts';
import { Connector } from '../connector/work/connector.ts';
import type { ConnectorPorts } from '../connector/work/connector-ports.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { openConnector } from '../local/connector/open-connector.ts';
import { SourceNotFound } from '../shared/errors.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_LOADED } from '../terminal/exit.ts';
import { interruption } from '../terminal/interruption.ts';
import { whenUnread } from '../terminal/output.ts';
import { say, sayJson, warn } from '../terminal/print.ts';
import { answerJournal } from './connect-journal.ts';
import { entryLine } from './connect-lines.ts';
import { planLines } from './connect-plan.ts';
import { serveConnector } from './connect-service.ts';

const COMMAND = {
  does: 'Brings files from the folder that the mainframe writes into to a bucket, or to a folder: complete, or not at all.',
  usage: `positional-lake connect --config FILE [--once]
positional-lake connect plan --config FILE       says what it would do, and does nothing
positional-lake connect journal --config FILE ["SELECT …"]    the transfer log of this host, as a table`,
  flags: {
    config: text('FILE', 'the config; docs/connector.md lists its keys'),
    once: isSet('takes what is finished and ends: for cron'),
    json: isSet('each entry of the journal, or each row, as one object'),
  },
  worksUnread: true,
  notes:
    'Exit codes: 0 done, or stopped by SIGTERM; 1 with --once: a file could not be sent, or a source not be looked at; 2 usage, config, or a target that cannot be written; 130 interrupted.',
  takesWords: true,
} as const;

export const command = defineCommand(COMMAND, async (values, words) => {
  if (values.config === undefined) throw usageError('--config is missing');
  const [word, ...others] = words;
  const file = resolve(startDir, values.config);
  const settings = readSettings(await configText(file), values.config);
  const configDir = dirname(file);
  if (word === 'journal') return answerJournal(settings, configDir, others, values.json === true);
  if (others.length > 0 || (word !== undefined && word !== 'plan'))
    throw usageError(`'${others[0] ?? word}' is not a word of this command`, 'There are plan and journal');
  const ports = await openConnector(settings, configDir, (line) => warn(line));
  try {
    if (word === 'plan') {
      say(...(await planLines(ports, settings)));
      return EXIT_LOADED;
    }
    return await connect(ports, settings, values.once === true, values.json === true);
  } finally {
    for (const source of ports.sources) await source.close();
  }
});

async function connect(
  ports: ConnectorPorts,
  settings: Settings,
  once: boolean,
  json: boolean,
): Promise<number> {
  const connector = new Connector(ports, settings, (entry) =>
    json ? sayJson(entry) : say(entryLine(entry)),
  );
  let code: number | undefined;
  const signal = interruption((name) => {
    code = name === 'SIGTERM' ? EXIT_LOADED : EXIT_INTERRUPTED;
  });
  // With --once it ends soon, and says nothing that `head` would not expect.
  if (!once)
    whenUnread(() =>
      warn(
        'Nobody reads standard output any more. The files are sent all the same, and the journal has what is done.',
      ),
    );
  const unsettled = await serveConnector(connector, ports, settings, { once, signal });
  await connector.stop();
  return code ?? (once && unsettled > 0 ? EXIT_FAILED : EXIT_LOADED);
}

async function configText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause) => {
    throw new SourceNotFound({
      what: 'the config cannot be read',
      where: file,
      next: 'Check the path.',
      cause,
    });
  });
}
