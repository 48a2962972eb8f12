import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { convertNight } from '../../local/convert-night.ts';
import { deployedDefinition } from '../../local/state-machine/definition.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { ebcdicText, zonedEbcdic } from '../support/form-encoders.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { field, file, type Json, LOADED, rules, told, trailer } from '../support/totals-files.ts';

/** Milliseconds until the state machine asks again for a control file that is not there. */
const SHORTEST_WAIT_MS = 30_000;

describe('a control file beside the data', () => {
  const controlFile = {
    name: '{stem}.ctl',
    length: 30,
    fields: [field('n', 5, 14, 'integer'), field('valor', 15, 29, 'decimal(15,2)', { point: 'implied' })],
  };
  const layout = (more: Json = {}) => ({
    ...rules({ controlFile: 'n', equals: 'count(detail)' }, { controlFile: 'valor', equals: 'sum(valor)' }),
    controlFile: { ...controlFile, ...more },
  });
  const KEY = 'night/totals_20250812.ctl';
  const line = (kind: string, n: number, valor: bigint) =>
    `${kind.padEnd(4)}${String(n).padStart(10, '0')}${String(valor).padStart(15, '0')}`;
  const data = file(trailer({}));

  test('states the totals', async () => {
    const right = Buffer.from(`${line('TOT', 3, 101_175n)}\r\n`);
    expect(await told(layout(), data, { [KEY]: right })).toMatch(LOADED);
    const wrong = Buffer.from(line('TOT', 5, 101_175n));
    expect(await told(layout(), data, { [KEY]: wrong })).toContain(
      'controlFile.n says 5, but the file has 3 details (5 = 3 details + 1 header + 1 trailer: the control file counts all records; say count(all))',
    );
  });

  test('may have several records; the layout says which one counts', async () => {
    const several = Buffer.from(`${line('CAB', 0, 0n)}\n\n${line('TOT', 3, 101_175n)}\n\x1a`);
    const match = { start: 1, end: 3, equals: 'TOT' };
    expect(await told(layout({ match }), data, { [KEY]: several })).toMatch(LOADED);
    expect(await told(layout(), data, { [KEY]: several })).toContain(
      'it has 2 records: say with controlFile.match',
    );
    const none = { match: { start: 1, end: 3, equals: 'XXX' } };
    expect(await told(layout(none), data, { [KEY]: several })).toContain(
      "0 of its 2 records have 'XXX' at bytes 1 to 3, but exactly one must",
    );
  });

  test('may be EBCDIC records of fixed length, and named after the whole name of the data file', async () => {
    const bytes = Buffer.concat([
      ebcdicText('TOT', 4),
      zonedEbcdic(3n, 10, 'none'),
      zonedEbcdic(101_175n, 15, 'none'),
      ebcdicText('', 1),
    ]);
    const ebcdic = layout({ name: 'CTL.{name}', format: 'fixed', encoding: 'cp500' });
    expect(await told(ebcdic, data, { 'night/CTL.totals_20250812.txt': bytes })).toMatch(LOADED);
    expect(await told(ebcdic, data, { 'night/CTL.totals_20250812.txt': bytes.subarray(1) })).toContain(
      'it is not whole records of 30 bytes',
    );
  });

  test('refuses the file if it is missing', async () => {
    expect(await told(layout(), data)).toContain(
      `its control file ${KEY} is not there, so its totals cannot be proved`,
    );
  });

  test('is awaited if it is missing and the layout says so', async () => {
    await using lake = await TestLake.make();
    const request = {
      layout: JSON.stringify(layout({ whenMissing: 'wait' })),
      sourceKey: 'night/totals_20250812.txt',
    };
    await lake.putRaw(request.sourceKey, data);
    const split = () => splitFile(lake.ports, 'one-execution', request);
    await expect(split()).rejects.toMatchObject({ name: 'ControlFileAwaited', retryable: true });
    await expect(split()).rejects.toThrow(KEY);
    await lake.putRaw(KEY, Buffer.from(line('TOT', 3, 101_175n)));
    expect((await split()).verdict).toBe('convert');
    expect(await deployedDefinition()).toMatchObject({
      States: { Split: { Retry: [{ ErrorEquals: ['ControlFileAwaited'] }, {}, {}] } },
    });
  });

  test('is named to the person at the terminal, who can stop the wait for it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'control-file-'));
    const interrupt = new AbortController();
    const told: string[] = [];
    const ignored = () => undefined;
    const progress = { fileStarted: ignored, planned: ignored, rangeDone: ignored, stage: ignored };
    try {
      await writeFile(join(dir, 'layout.json'), JSON.stringify(layout({ whenMissing: 'wait' })));
      await writeFile(join(dir, 'totals_20250812.txt'), data);
      const setTimer = globalThis.setTimeout;
      vi.spyOn(globalThis, 'setTimeout').mockImplementation((...timer) => {
        // The state machine has begun to wait; nothing else of this night takes that long.
        if (told.length > 0 && (timer[1] ?? 0) >= SHORTEST_WAIT_MS) setImmediate(() => interrupt.abort());
        return setTimer(...timer);
      });
      const night = convertNight({
        request: { layout: join(dir, 'layout.json') },
        inputs: [join(dir, 'totals_20250812.txt')],
        lakeDir: join(dir, 'lake'),
        expectedFiles: undefined,
        workerCount: 1,
        signal: interrupt.signal,
        progress: { ...progress, notified: ignored, waiting: (line) => void told.push(line) },
      });
      for await (const { status } of night) expect(status).toBe('failed');
      expect(told).toEqual([
        expect.stringContaining('its control file totals_20250812.ctl is not there yet'),
      ]);
    } finally {
      vi.restoreAllMocks();
      await rm(dir, { recursive: true, force: true });
    }
  });

  test.each([
    ['it is empty', '', 'it is empty'],
    ['a line is too long', 'x'.repeat(31), 'it has a record of 31 bytes, but controlFile.length says 30'],
  ])('refuses the file if %s', async (_, content, why) => {
    expect(await told(layout(), data, { [KEY]: Buffer.from(content) })).toContain(why);
  });
});
