import { UsageError } from '../shared/errors.ts';
import { didYouMean } from '../shared/layout/did-you-mean.ts';
import { runCommand } from '../terminal/exit.ts';
import { say } from '../terminal/print.ts';
import { describeLayout } from './layout-describe.ts';
import { guessLayoutOfFile } from './layout-guess.ts';
import { importCopybook, importPositionsTable } from './layout-import.ts';
import { previewData } from './layout-preview.ts';

const HELP = `Tools for layout files: what a record looks like.

npm run -s layout -- describe FILE              positions table of a layout or a copybook; under it, bytes that
                                                nothing names or two fields share, and leading zeros that get lost
npm run -s layout -- from-copybook FILE         a layout file to edit, from a COBOL copybook
npm run -s layout -- from-positions FILE        a layout file to edit, from a CSV (name,start,end,type) or the
                                                INPUT statement of a SAS program
npm run -s layout -- preview LAYOUT DATA        some records decoded, the first by default; what does not
                                                decode is in hexadecimal
npm run -s layout -- guess DATA                 proposes a layout for an unknown file

  --json                describe, preview, guess: JSON instead of text
  --format fixed|free   format of a copybook; detected by default
  --record NAME         the 01 level of a copybook, if there are several
  --occurs O            from-copybook: tables become list (the default) or columns
  --fixed-tables        from-copybook: tables take their largest space in every record
  --redefines R         from-copybook: first (the default), all, or the items to read (A,B)
  --filler              from-copybook: FILLER becomes columns too
  --identifiers NAMES   from-copybook: items of digits that become texts, to keep leading zeros ('*-CPF,COD-*')
  --encoding E          from-copybook, from-positions: code page, such as cp037 or iso-8859-1
  --name N              from-copybook, from-positions, guess: name of the dataset
  --out FILE            from-copybook, from-positions, guess: file to write the layout to; default standard output
  --force               overwrites an existing file
  --records N           preview: how many records (5)
  --from-record N       preview: begins with record N, from 1
  --from-byte N         preview: begins with the record that contains byte N, from 0
  --last                preview: the last records

FILE and LAYOUT are paths; LAYOUT may also be a name in layouts/.
Exit codes: 0 done, 1 failed, 2 usage, layout, copybook or missing file.`;

const COMMANDS: Record<string, (args: string[]) => Promise<number>> = {
  describe: describeLayout,
  'from-copybook': importCopybook,
  'from-positions': importPositionsTable,
  preview: previewData,
  guess: guessLayoutOfFile,
};

await runCommand(async () => {
  const [command, ...args] = process.argv.slice(2);
  if (command === '--help' || command === '-h' || args.includes('--help')) {
    say(...HELP.split('\n'));
    return 0;
  }
  if (command !== undefined && Object.hasOwn(COMMANDS, command)) return COMMANDS[command]!(args);
  throw new UsageError({
    what:
      command === undefined
        ? 'a command is missing'
        : `there is no command '${command}'${didYouMean(command, Object.keys(COMMANDS))}`,
    next: 'Run it with --help to see every command.',
  });
});
