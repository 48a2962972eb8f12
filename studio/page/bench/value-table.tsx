import { signal } from '@preact/signals';
import { shownText } from '../../../shared/shown-text.ts';
import type { ShownRecord } from '../../engine/record-window.ts';
import { bandOf } from './bands.ts';
import { activeEntries, activeKind, list, select, selectedEntry } from './bench-state.ts';
import { isSame } from './record-list.ts';
import { RowKeys } from './row-keys.ts';

/** More columns than this are shown page by page. */
const MOST_COLUMNS = 24;
const MOST_CHARACTERS = 80;
/** Of the bytes of a value that does not decode. */
const MOST_HEX = 29;
const firstColumn = signal(0);
const rowKeys = new RowKeys();

/** The same records as decoded values, and under each that does not decode the reason. */
export function ValueTable() {
  void list.version.value;
  const rows = list.records.slice(list.top.value, list.top.value + list.visibleCount);
  const keyOf = rowKeys.of(list.ordinal, rows.length);
  const names = columnNames(rows);
  const from = Math.min(firstColumn.value, Math.max(0, names.length - 1));
  const shown = sameNames(names.slice(from, from + MOST_COLUMNS));
  return (
    <section class="values" aria-label="Decoded values">
      {names.length > MOST_COLUMNS && <ColumnPages from={from} count={names.length} />}
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of decoded values">
        <table>
          <thead>
            <tr>
              <th scope="col">record</th>
              {shown.map((name) => (
                <ColumnHead key={name} name={name} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((record, index) => (
              <ValueRow
                key={keyOf(index)}
                record={record}
                names={shown}
                isSelected={list.selected.value !== undefined && isSame(list.selected.value, record.place)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ColumnPages({ from, count }: { from: number; count: number }) {
  const move = (step: number) => {
    firstColumn.value = Math.max(0, Math.min(from + step, count - 1));
  };
  return (
    <p class="column-pages">
      <button type="button" disabled={from === 0} onClick={() => move(-MOST_COLUMNS)}>
        ‹ earlier columns
      </button>
      {` ${from + 1}–${Math.min(count, from + MOST_COLUMNS)} of ${count} `}
      <button type="button" disabled={from + MOST_COLUMNS >= count} onClick={() => move(MOST_COLUMNS)}>
        later columns ›
      </button>
    </p>
  );
}

/** Names of the values of the chosen kind, those of the layout first. */
function columnNames(rows: readonly ShownRecord[]): string[] {
  const names = new Set(
    activeEntries.value.filter(({ repeats }) => repeats.length === 0).map(({ name }) => name),
  );
  for (const { kind, fields, reason } of rows) {
    if (kind === activeKind.value && reason === undefined) for (const { name } of fields) names.add(name);
  }
  return [...names];
}

function ColumnHead({ name }: { name: string }) {
  const columns = activeEntries.value;
  const entry = columns.find((one) => one.name === plainName(name));
  return (
    <th scope="col" class={bandOf(entry, entry ? columns.indexOf(entry) : 0, selectedEntry.value)}>
      <button type="button" class="plain" onClick={() => select(entry)}>
        {name}
        <span class="type">{entry ? typeOf(entry.type, entry.usage) : ''}</span>
      </button>
    </th>
  );
}

function typeOf(type: string, usage: string): string {
  return usage === 'display' ? type : `${type} ${usage}`;
}

const NUMBER_TYPE = /^(integer|decimal|double)/;

/** `items[2].amount` → `items.amount` */
function plainName(name: string): string {
  return name.replace(/\[\d+\]/, '');
}

let lastNames: string[] = [];

/** The list of before if it has the same names: rows with the same record and the same columns are not drawn again. */
function sameNames(names: string[]): string[] {
  if (names.length !== lastNames.length || names.some((name, index) => name !== lastNames[index]))
    lastNames = names;
  return lastNames;
}

function ValueRow({
  record,
  names,
  isSelected,
}: {
  record: ShownRecord;
  names: string[];
  isSelected: boolean;
}) {
  const { kind, reason, fields } = record;
  const number = record.record === null ? `@${record.byteOffset}` : record.record.toLocaleString('en');
  const choose = () => {
    list.selected.value = record.place;
  };
  const head = (
    <th scope="row" class="record-number">
      {number}
    </th>
  );
  if (reason !== undefined || kind !== activeKind.value) {
    const summary = fields.map(({ name, value, problem }) => `${name} ${value ?? problem ?? '(null)'}`);
    return (
      <tr class={`other ${isSelected ? 'selected' : ''}`} onClick={choose}>
        {head}
        <td colSpan={Math.max(1, names.length)}>
          <span class="kind">{kind}</span>
          {reason ? <span class="problem">✕ {reason}</span> : shownText(summary.join(' · ')).slice(0, 400)}
        </td>
      </tr>
    );
  }
  const numbers = new Set(
    activeEntries.value.filter(({ type }) => NUMBER_TYPE.test(type)).map(({ name: of }) => of),
  );
  const byName = new Map(fields.map((field) => [field.name, field]));
  return (
    <tr class={isSelected ? 'selected' : ''} onClick={choose}>
      {head}
      {names.map((name) => {
        const field = byName.get(name);
        return <ValueCell key={name} {...field} isNumber={numbers.has(plainName(name))} />;
      })}
    </tr>
  );
}

function ValueCell({
  value,
  problem,
  hex,
  isNumber,
}: {
  value?: string | null | undefined;
  problem?: string | undefined;
  hex?: string | undefined;
  isNumber: boolean;
}) {
  if (problem !== undefined) {
    return (
      <td class="invalid">
        <span class="bytes" title={hex}>
          {hexText(hex ?? '')}
        </span>
        <span class="problem">✕ {problem}</span>
      </td>
    );
  }
  if (value === undefined) return <td class="faint">—</td>;
  if (value === null) return <td class="faint">null</td>;
  const text = shownText(value);
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return <td class={isNumber ? 'number' : ''}>{cut}</td>;
}

function hexText(hex: string): string {
  return hex.length > MOST_HEX ? `${hex.slice(0, MOST_HEX)}…` : hex;
}
