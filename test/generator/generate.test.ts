import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  writeAlphanumericCnpj,
  writeCnpj,
  writeCpf,
  writePunctuatedCpf,
} from '../../generator/brazilian-ids.ts';
import { businessDays, isoDate, parseBusinessDate } from '../../generator/business-day.ts';
import { Contracts } from '../../generator/contract.ts';
import { DateTable } from '../../generator/contract-record.ts';
import { generateNights, type NightOptions, planNights } from '../../generator/night.ts';
import { type GeneratedFile, NightFileContent } from '../../generator/night-file.ts';
import { UsageError } from '../../shared/errors.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let scratch = '';
let folders = 0;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'generate-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const freshDir = () => join(scratch, String(folders++));
const generate = (options: Omit<NightOptions, 'outDir'>) =>
  generateNights({ outDir: freshDir(), ...options });
const generateOne = async (options: Omit<NightOptions, 'outDir'>): Promise<GeneratedFile> => {
  const [file, ...others] = await generate(options);
  if (!file || others.length > 0) throw new Error('the options make more than one file, or none');
  return file;
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const hashes = (files: GeneratedFile[]) => files.map(({ path }) => sha256(readFileSync(path)));
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);

interface SlowField {
  name: string;
  start: number;
  end: number;
  type: string;
  required?: boolean;
}

/** Reads a file by its layout, with strings and without the project's code. */
function readSlowly(file: GeneratedFile, layoutName: string, terminator = '\n', lengthBytes?: number) {
  const layout = JSON.parse(readFileSync(join(ROOT, 'layouts', `${layoutName}.json`), 'utf8'));
  const text = readFileSync(file.path, 'latin1');
  const length = lengthBytes ?? layout.record.length;
  const lines = terminator === '' ? text.match(/.{140}/gs)! : text.split(terminator);
  if (terminator !== '') expect(lines.pop()).toBe('');
  const slices = (line: string, fields: SlowField[]): Record<string, string> =>
    Object.fromEntries(
      fields.map(({ name, start, end }) => [name, line.slice(start - 1, end).padEnd(end - start + 1)]),
    );
  const header = layout.header && slices(lines.shift()!, layout.header.fields);
  const trailer = layout.trailer && slices(lines.pop()!, layout.trailer.fields);
  const details = lines.map((line) => {
    const values = slices(line, layout.fields);
    const amount = values.valor_contrato!;
    const bad =
      line.length > length ||
      (layout.detail && !line.startsWith(layout.detail.match.equals)) ||
      layout.fields.some((field: SlowField) => field.required && values[field.name]!.trim() === '') ||
      (amount.trim() !== '' && !/^ *\d+$/.test(amount));
    return { line, values, bad: Boolean(bad), badDate: !isRealDate(values.data_fim!) };
  });
  const good = details.filter(({ bad }) => !bad);
  const rowsByProduct: Record<string, number> = {};
  for (const { values } of good) {
    const product = values.tipo_produto!.trimEnd();
    rowsByProduct[product] = (rowsByProduct[product] ?? 0) + 1;
  }
  return { text, header, trailer, details, good, rowsByProduct };
}

function isRealDate(text: string): boolean {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
  const time = Date.parse(`${iso}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso);
}

const cents = (details: { values: Record<string, string> }[]) =>
  details.reduce((total, { values }) => total + BigInt(values.valor_contrato!), 0n);

/** True if the check digits of a CPF or CNPJ without punctuation are right by the published rule. */
function hasRightCheckDigits(id: string): boolean {
  const body = id.slice(0, -2);
  const highest = id.length === 11 ? Number.POSITIVE_INFINITY : 9;
  const digit = (characters: string) => {
    let total = 0;
    let weight = 2;
    for (const character of [...characters].reverse()) {
      total += (character.charCodeAt(0) - 48) * weight;
      weight = weight === highest ? 2 : weight + 1;
    }
    return String(total % 11 < 2 ? 0 : 11 - (total % 11));
  };
  const first = digit(body);
  return id === body + first + digit(body + first);
}

describe('bytes', () => {
  it('are the same for the same seed and others for another', async () => {
    const options = { records: 2_000, files: 2, badPercent: 2, nights: 2 };
    const first = hashes(await generate(options));
    expect(hashes(await generate(options))).toEqual(first);
    const other = hashes(await generate({ ...options, seed: 2 }));
    expect(new Set([...first, ...other]).size).toBe(8);
    expect(hashes(await generate({ ...options, seed: 2 ** 40 + 1 }))).not.toEqual(first);
  });

  it('are those of earlier releases: a new hash here means that everybody’s sample night changes', async () => {
    expect(hashes(await generate({ records: 500, badPercent: 4 }))).toEqual([
      '9bd016878ec9d7239e49c86e21a048017f5a241b7fc5e657cbebc39cd950ec32',
    ]);
  });

  it('of a file do not depend on the other files and nights', async () => {
    const options = { records: 3_000, files: 3, badPercent: 1, outDir: freshDir() };
    const files = await generateNights({ ...options, nights: 3 });
    expect(hashes(await generate({ records: 3_000, files: 3, badPercent: 1 }))).toEqual(
      hashes(files.slice(0, 3)),
    );
    const { form, days, files: plans } = planNights({ ...options, nights: 2 });
    const alone = new NightFileContent(
      plans[4]!,
      form,
      new Contracts(1, 3_000, days),
      new DateTable(days[0]!, days[1]!),
    );
    const blocks = [...alone.blocks()].map((block) => Buffer.from(block));
    expect(sha256(Buffer.concat(blocks))).toBe(hashes(files)[4]);
  });

  it('are complete over many blocks', async () => {
    const file = await generateOne({ records: 100_000, badPercent: 0.3 });
    const { details, good } = readSlowly(file, 'contracts');
    expect(details).toHaveLength(100_000);
    expect(new Set(good.map(({ values }) => values.id_contrato)).size).toBe(good.length);
    expect(cents(good)).toBe(file.valueCents);
    expect(good.every(({ line }) => line.length === 140)).toBe(true);
  });

  it.each([
    ['lf', '\n', 140],
    ['crlf', '\r\n', 140],
    ['none', '', 140],
    ['lf', '\n', 333],
  ] as const)('end in %s (%j), %i bytes per record', async (terminator, ending, recordLengthBytes) => {
    const file = await generateOne({ records: 300, terminator, recordLengthBytes });
    const { text, details } = readSlowly(file, 'contracts', ending, recordLengthBytes);
    expect(file).toMatchObject({
      records: 300,
      bytes: 300 * (recordLengthBytes + ending.length),
      badRecords: 0,
    });
    expect(text).toHaveLength(file.bytes);
    expect(details.every(({ line }) => line.length === recordLengthBytes && /^.{140} *$/.test(line))).toBe(
      true,
    );
    expect(details.every(({ line }) => line[103] === ' ' && line[112] === ' ')).toBe(true);
  });
});

describe('contracts', () => {
  it('look like those of a bank', async () => {
    const file = await generateOne({ records: 20_000 });
    const { details, rowsByProduct } = readSlowly(file, 'contracts');
    expect(rowsByProduct).toEqual(file.rowsByProduct);
    expect(Object.keys(rowsByProduct)).toEqual(
      expect.arrayContaining(['CÂMBIO', 'CAPITAL/GIRO', 'CREDITO PESSOAL', '']),
    );
    expect(rowsByProduct.CONSIGNADO!).toBeGreaterThan(5 * rowsByProduct.CÂMBIO!);
    expect(rowsByProduct['']!).toBeLessThan(100);
    const endingSoon = details.filter(
      ({ values }) => values.data_fim! >= '20250812' && values.data_fim! < '20250911',
    );
    expect(endingSoon.length).toBeGreaterThan(200);
    expect(endingSoon.length).toBeLessThan(2_000);
    for (const { values } of details) {
      expect(isRealDate(values.data_inicio!) && isRealDate(values.data_fim!)).toBe(true);
      expect(values.data_fim! > values.data_inicio!).toBe(true);
      expect(values.id_contrato).toMatch(/^CTR\d{12}$/);
      expect(['ATIVO', 'ATRASO', 'QUITADO', 'CANCEL', 'RENEGOC']).toContain(values.status!.trimEnd());
      expect(values.nome_cliente).toMatch(/^\p{L}[\p{L}&/. ]+$/u);
    }
    const names = details.map(({ values }) => values.nome_cliente!);
    for (const part of ['João', 'Conceição', 'Antônio', 'São Paulo Comércio Ltda']) {
      expect(names.some((name) => name.includes(part))).toBe(true);
    }
    const amounts = details.map(({ values }) => Number(values.valor_contrato)).sort((a, b) => a - b);
    expect(amounts[0]!).toBeGreaterThan(0);
    expect(sum(amounts) / amounts.length).toBeGreaterThan(3 * amounts[10_000]!);
  });

  it('carry tax numbers with right check digits: CPF, CNPJ, letters, punctuation', async () => {
    expect(
      ['52998224725', '11222333000181', '12ABC34501DE35', '00000000000191'].every(hasRightCheckDigits),
    ).toBe(true);
    expect(['52998224735', '11222333000182', '12ABC34501DE36'].some(hasRightCheckDigits)).toBe(false);
    const file = await generateOne({ records: 20_000 });
    const seen = { cpf: 0, punctuated: 0, cnpj: 0, letters: 0 };
    for (const { values } of readSlowly(file, 'contracts').details) {
      const id = values.cpf_cnpj!.trimEnd();
      const clean = id.replace(/[^0-9A-Z]/g, '');
      expect(hasRightCheckDigits(clean), id).toBe(true);
      if (/^\d{11}$/.test(id)) seen.cpf++;
      else if (/^\d{3}\.\d{3}\.\d{3}-\d\d$/.test(id)) seen.punctuated++;
      else if (/^\d{14}$/.test(id)) seen.cnpj++;
      else if (/^[0-9A-Z]{12}\d\d$/.test(id)) seen.letters++;
      else expect.unreachable(id);
    }
    expect(seen.cpf).toBeGreaterThan(10_000);
    expect(seen.cnpj).toBeGreaterThan(2_000);
    expect(Math.min(seen.punctuated, seen.letters)).toBeGreaterThan(20);
  });

  it('write the published examples of check digits', () => {
    const written = (write: (out: Uint8Array) => number) => {
      const out = new Uint8Array(20);
      return Buffer.from(out.subarray(0, write(out))).toString('latin1');
    };
    expect(written((out) => writeCpf(out, 0, 529982247))).toBe('52998224725');
    expect(written((out) => writePunctuatedCpf(out, 0, 529982247))).toBe('529.982.247-25');
    expect(written((out) => writeCpf(out, 0, 111111111))).not.toMatch(/^1+$/);
    expect(written((out) => writeCnpj(out, 0, 11222333, 1))).toBe('11222333000181');
    expect(written((out) => writeCnpj(out, 0, 0, 1))).toBe('00000000000191');
    const letters = written((out) => writeAlphanumericCnpj(out, 0, 0xfedcba98, 12345, 42));
    expect(letters).toMatch(/^[0-9A-Z]{8}0042\d\d$/);
    expect(letters).toMatch(/[A-Z]/);
    expect(hasRightCheckDigits(letters)).toBe(true);
  });
});

describe('bad records', () => {
  it.each([
    ['contracts', 'lf', 0.5],
    ['contracts', 'crlf', 7],
    ['contracts', 'none', 7],
    ['contracts', 'lf', 100],
    ['contracts-with-trailer', 'lf', 7],
  ] as const)('are counted as a slow reader counts them: %s, %s, %d per cent', async (layout, terminator, badPercent) => {
    const ending = { lf: '\n', crlf: '\r\n', none: '' }[terminator];
    const files = await generate({ records: 10_000, files: 3, layout, terminator, badPercent });
    expect(sum(files.map(({ records }) => records))).toBe(10_000);
    expect(Math.abs(sum(files.map((file) => file.badRecords)) - badPercent * 100)).toBeLessThanOrEqual(3);
    for (const file of files) {
      const { details, good, rowsByProduct } = readSlowly(file, layout, ending);
      expect(details).toHaveLength(file.records);
      expect(details.filter(({ bad }) => bad)).toHaveLength(file.badRecords);
      expect(good.filter(({ badDate }) => badDate)).toHaveLength(file.invalidDates);
      expect(file.invalidDates > 0).toBe(badPercent < 100);
      expect(cents(good)).toBe(file.valueCents);
      expect(rowsByProduct).toEqual(file.rowsByProduct);
    }
  });

  it('are of every kind, evenly', async () => {
    const file = await generateOne({ records: 10_000, badPercent: 5 });
    const bad = readSlowly(file, 'contracts').details.filter((detail) => detail.bad);
    const kinds = {
      long: bad.filter(({ line }) => line.length > 140).length,
      cut: bad.filter(({ line }) => line.length < 140).length,
      id: bad.filter(({ values }) => values.id_contrato!.trim() === '').length,
      letters: bad.filter(({ values }) => /^\d*[A-Za-z]\d*$/.test(values.valor_contrato!)).length,
      junk: bad.filter(({ line, values }) => line.length === 140 && / /.test(values.valor_contrato!)).length,
    };
    expect(kinds).toEqual({ long: 100, cut: 100, id: 100, letters: 100, junk: 100 });
  });
});

describe('header and trailer', () => {
  it.each([0, 5])('agree with the details added up, %d per cent of them bad', async (badPercent) => {
    const options = { records: 1_000, files: 2, badPercent, layout: 'contracts-with-trailer' } as const;
    for (const file of await generate({ ...options, businessDate: '2025-12-30' })) {
      const { header, trailer, details } = readSlowly(file, 'contracts-with-trailer');
      expect(file.key).toMatch(/^year=2025\/month=12\/day=30\/contratostr_20251230_00[12]\.txt$/);
      expect(header).toMatchObject({ data: '20251230' });
      expect(trailer).toMatchObject({
        data: '20251230',
        total_registros: '00000000502',
        total_detalhes: '00000000500',
      });
      // Rejected details are in the sum too.
      expect(BigInt(trailer.soma_valor)).toBe(cents(details));
      expect(file.trailerValueCents).toBe(cents(details));
      expect(file.badRecords).toBe(badPercent * 5);
    }
  });
});

describe('nights', () => {
  it('are full snapshots of the same contracts, some new, some ended, some changed', async () => {
    const files = await generate({ records: 10_000, nights: 3, businessDate: '2025-08-14' });
    expect(files.map(({ businessDate }) => businessDate)).toEqual(['2025-08-14', '2025-08-15', '2025-08-18']);
    const nights = files.map(
      (file) =>
        new Map(readSlowly(file, 'contracts').details.map(({ line, values }) => [values.id_contrato!, line])),
    );
    for (const [before, after] of [
      [nights[0]!, nights[1]!],
      [nights[1]!, nights[2]!],
    ] as const) {
      const fresh = [...after.keys()].filter((id) => !before.has(id)).length;
      const ended = [...before.keys()].filter((id) => !after.has(id)).length;
      const kept = [...before].filter(([id]) => after.has(id));
      const changed = kept.filter(([id, line]) => after.get(id) !== line);
      expect(fresh).toBe(100);
      expect(Math.abs(ended - 50)).toBeLessThan(30);
      expect(changed.length).toBeGreaterThan(kept.length * 0.02);
      expect(changed.length).toBeLessThan(kept.length * 0.15);
      // Client and product of a contract stay the same: only amount and status change.
      const fixed = (line: string) => line.slice(0, 80) + line.slice(95, 113) + line.slice(120);
      expect(changed.every(([id, line]) => fixed(after.get(id)!) === fixed(line))).toBe(true);
      expect(changed.some(([id, line]) => after.get(id)!.slice(113, 120) !== line.slice(113, 120))).toBe(
        true,
      );
    }
    expect(files.map(({ records }) => records)).toEqual(nights.map((night) => night.size));
  });

  it('skip Saturdays and Sundays', () => {
    const days = businessDays(parseBusinessDate('2025-12-27'), 4).map(isoDate);
    expect(days).toEqual(['2025-12-27', '2025-12-29', '2025-12-30', '2025-12-31']);
    expect(() => parseBusinessDate('2025-02-30')).toThrow(UsageError);
  });
});
