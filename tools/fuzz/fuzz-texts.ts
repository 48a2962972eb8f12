import { readdirSync, readFileSync } from 'node:fs';
import { PipelineError } from '../../shared/errors.ts';
import { generationLocation, ledgerEntryKey } from '../../shared/keys/lake-keys.ts';
import { keyProblem } from '../../shared/keys/object-key.ts';
import { sourceIdOf } from '../../shared/keys/source-id.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { readCopybook } from '../../shared/layout/copybook/read-copybook.ts';
import { recordTable } from '../../shared/layout/describe/positions-table.ts';
import { guessCodePage } from '../../shared/layout/guess/guess-code-page.ts';
import { guessDelimiter } from '../../shared/layout/guess/guess-delimiter.ts';
import { guessLayout } from '../../shared/layout/guess/guess-layout.ts';
import { guessRecords } from '../../shared/layout/guess/guess-records.ts';
import { GuessedRecords } from '../../shared/layout/guess/guessed-records.ts';
import { importPositions } from '../../shared/layout/sources/import-positions.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { Chances } from '../chaos/fault-plan.ts';
import { spoiled } from './hostile-bytes.ts';

const project = new URL('../../', import.meta.url);
const golden = new URL('test/golden/', project);

const COPYBOOKS = readdirSync(golden)
  .filter((name) => name.startsWith('copybook-'))
  .map((name) => readFileSync(new URL(`${name}/copybook.cpy`, golden)));
const LAYOUTS = readdirSync(new URL('layouts/', project))
  .filter((name) => name.endsWith('.json'))
  .map((name) => readFileSync(new URL(`layouts/${name}`, project)));
const TABLES = [
  'name,start,end,type\nid,1,15,string\namount,16,30,"decimal(15,2)"\nday,31,38,date\n',
  'Campo;Posição inicial;Tamanho;Tipo\r\nUF;1;2;\r\nIDADE;3;3;integer\r\n',
  'INPUT\n @0001 UF $2. /* state */\n @3 IDADE 3.\n @6 RENDA 11.2\n @17 NASC YYMMDD8.\n @25 NOME $CHAR10.;\n;',
].map((text) => Buffer.from(text));
const WORDS =
  'OCCURS|REDEFINES|PIC|9(99999999)|S9(18)V9(20)|COMP-3|COMP-5|DEPENDING ON|TO|TIMES|01|05|88|66|RENAMES|VALUE|SYNC|SIGN LEADING SEPARATE|.|"|\'|*|{|}|[|]|:|,|null|1e999|-1|start|end|fields|name|type|decimal(38,38)|copybook|__proto__|constructor|encoding|cp037|\ud800|999999999999'.split(
    '|',
  );

/** Reads an input that is text; answers `read`, or the name of the error that refused it. */
export function fuzzText(
  subject: 'layout' | 'copybook' | 'positions table' | 'guess',
  chances: Chances,
): string {
  const good = chances.of(
    { layout: LAYOUTS, copybook: COPYBOOKS, 'positions table': TABLES, guess: TABLES }[subject],
  );
  const bytes = chances.happens(0.5) ? withWords(good, chances) : spoiled(good, chances);
  const text = bytes.toString('utf8');
  try {
    if (subject === 'layout') readLayout(text, 'fuzz');
    else if (subject === 'copybook')
      for (const record of readCopybook(text, 'fuzz')) recordTable(record, 'fuzz');
    else if (subject === 'positions table') importPositions(text, 'fuzz');
    else {
      const form = guessRecords(bytes, bytes.length);
      const { codePage } = guessCodePage(bytes);
      if (form) {
        const records = new GuessedRecords(bytes, form.starts, form.lengths, codePage);
        guessDelimiter(records);
        guessLayout(records, form.lengthBytes, codePage, form.starts.length);
      }
    }
    return 'read';
  } catch (error) {
    return typedOrThrow(error);
  }
}

/** Inserts, repeats and removes whole words, which gets deeper than changed bytes do. */
function withWords(good: Buffer, chances: Chances): Buffer {
  const tokens = good.toString('utf8').split(/(?<=[\s,:;.])/);
  for (let count = 1 + chances.below(6); count > 0; count--) {
    const place = chances.below(tokens.length);
    const kind = chances.below(4);
    if (kind === 0) tokens.splice(place, 1);
    else if (kind === 1) tokens.splice(place, 0, `${chances.of(WORDS)} `);
    else if (kind === 2) tokens[place] = `${chances.of(WORDS)} `;
    else tokens.splice(place, 0, ...tokens.slice(chances.below(tokens.length)).slice(0, 12));
  }
  return Buffer.from(tokens.join(''));
}

const KEY_PIECES = [
  '..',
  '.',
  '/',
  '//',
  'a',
  '\0',
  '\n',
  '\x7f',
  'ç',
  '😀',
  '%2F',
  'year=2025',
  '=',
  ' ',
  'C:\\',
  '~',
  '*',
  '"',
];

/** A directory must answer a key or refuse it, and never leave its root; keys derived from a key must be valid. */
export async function fuzzKey(store: ObjectStore, chances: Chances): Promise<string> {
  let key = Array.from({ length: 1 + chances.below(12) }, () => chances.of(KEY_PIECES)).join('');
  if (chances.happens(0.2)) key = key.repeat(1 + chances.below(120));
  if (chances.happens(0.1)) key = key.padEnd(1024, 'k');
  const value = chances.happens(0.2) ? null : key.slice(0, 40);
  const derived = [
    ledgerEntryKey('fuzz', '2025-08-12', sourceIdOf(key)),
    ...(value?.includes('\0')
      ? []
      : [generationLocation('fuzz', '2025-08-12', { product: value }, 1).slice(0, -1)]),
  ];
  for (const one of derived) {
    const problem = keyProblem(one);
    if (problem) throw new Error(`the key ${JSON.stringify(one)} made of ${JSON.stringify(key)}: ${problem}`);
  }
  try {
    if (await store.head(key)) throw new Error(`there is an object under ${JSON.stringify(key)}`);
    if (await store.get(key)) throw new Error(`there is an object under ${JSON.stringify(key)}`);
    return 'not there';
  } catch (error) {
    return typedOrThrow(error);
  }
}

/** The name of a typed error with a message of sensible length; anything else is a crash, and is thrown. */
export function typedOrThrow(error: unknown): string {
  if (!(error instanceof PipelineError)) throw error;
  if (error.message.length < 10 || error.message.length > 5_000)
    throw new Error(`says too little or much: ${error.message}`);
  return error.name;
}
