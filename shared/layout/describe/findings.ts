/** Something about the fields of a record that whoever describes it should know. */
export interface Finding {
  kind: 'leading-zeros' | 'overlap' | 'gap';
  /** Names of the fields that it is about; for a gap, none. */
  fields: string[];
  /** Positions, 1-based and inclusive. */
  start: number;
  end: number;
  text: string;
}

interface Place {
  start: number;
  end: number;
}

/** Names of columns that are keys and codes rather than quantities, as banks write them. */
const IDENTIFIER =
  /(^|_)(cpf|cnpj|cpf_?cnpj|cep|conta|cta|agencia|agenc|ag|cod\w*|nosso_?num\w*|matricula|contrato|documento|doc|rg|pis|nis|nit|telefone|fone|cartao|chave|account|branch|zip\w*|id|key|card|phone)(_\w+|\d*)?$/;
const MOST_OVERLAPS = 20;

/** Integers whose names say that they are identifiers: as numbers they lose their leading zeros. */
export function leadingZeroFindings(
  rows: readonly (Place & { name: string; type: string; usage: string; picture: string })[],
): Finding[] {
  return rows
    .filter(({ name, type, usage, picture }) => {
      const isWhole = type === 'integer' || /^decimal\(\d+,0\)$/.test(type);
      return (
        isWhole &&
        usage === 'DISPLAY' &&
        /^9/.test(picture) &&
        IDENTIFIER.test(name.toLowerCase().replace(/[-.]/g, '_'))
      );
    })
    .map(({ name, start, end, picture }) => ({
      kind: 'leading-zeros' as const,
      fields: [name],
      start,
      end,
      text: `${name} (${picture}) would lose its leading zeros as a number`,
    }));
}

/** Pairs of fields that share bytes. */
export function overlapFindings(fields: readonly (Place & { name: string })[]): Finding[] {
  const sorted = [...fields].sort((a, b) => a.start - b.start || a.end - b.end);
  const found: Finding[] = [];
  for (const [index, one] of sorted.entries()) {
    for (const other of sorted.slice(index + 1)) {
      if (other.start > one.end || found.length === MOST_OVERLAPS) break;
      const [start, end] = [other.start, Math.min(one.end, other.end)];
      found.push({
        kind: 'overlap',
        fields: [one.name, other.name],
        start,
        end,
        text: `${one.name} and ${other.name} share ${placeText({ start, end })}`,
      });
    }
  }
  return found;
}

/** Bytes of the record that nothing names. */
export function gapFindings(places: readonly Place[], lengthBytes: number): Finding[] {
  const found: Finding[] = [];
  let next = 1;
  const whole = { start: lengthBytes + 1, end: lengthBytes + 1 };
  for (const { start, end } of [...[...places].sort((a, b) => a.start - b.start), whole]) {
    if (start > next) {
      const gap = { start: next, end: start - 1 };
      found.push({ kind: 'gap', fields: [], ...gap, text: `no field names ${placeText(gap)}` });
    }
    next = Math.max(next, end + 1);
  }
  return found;
}

function placeText({ start, end }: Place): string {
  return start === end ? `byte ${start}` : `bytes ${start} to ${end}`;
}
