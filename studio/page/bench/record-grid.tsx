import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { RecordPlace } from '../../engine/record-places.ts';
import type { ShownRecord } from '../../engine/record-window.ts';
import { splitColumn } from '../change-columns.ts';
import type { LayoutEntry } from '../layout-entries.ts';
import { cellsOf, characterCells, halfBytes } from '../record-cells.ts';
import { bandOf, spansOf } from './bands.ts';
import {
  activeKind,
  cellsBy,
  changeLayout,
  entriesOfKind,
  file,
  isEditable,
  laidOut,
  lastPosition,
  layoutText,
  list,
  select,
  selectedEntry,
  showsHex,
} from './bench-state.ts';
import { isSame } from './record-list.ts';
import { RowKeys } from './row-keys.ts';
import { Ruler } from './ruler.tsx';
import { Scrollbar } from './scrollbar.tsx';

const ROW_PX = 22;
const HEX_ROW_PX = 53;
/** For the bar that scrolls to the sides. */
const SPARE_PX = 18;
const ASIDE_PX = 80;
/** Positions that are drawn beyond what is seen, on both sides. */
const MARGIN_CELLS = 40;

const rowKeys = new RowKeys();

/** The records of the file as characters in rows, under a ruler, with columns as bands. */
export function RecordGrid() {
  const scroller = useRef<HTMLDivElement>(null);
  const leftCell = useSignal(0);
  const rowPx = showsHex.value ? HEX_ROW_PX : ROW_PX;
  const { cellPx, seenCells } = useMeasures(scroller, rowPx);
  useWheel(scroller, rowPx);
  void list.version.value;
  const rows = list.records.slice(list.top.value, list.top.value + list.visibleCount + 1);
  const keyOf = rowKeys.of(list.ordinal, rows.length);
  const widest = Math.max(lastPosition.value, ...rows.map(({ raw }) => raw.length));
  const from = Math.max(0, leftCell.value - MARGIN_CELLS);
  const slice = { from, to: Math.min(widest, leftCell.value + seenCells.value + MARGIN_CELLS) };
  return (
    <div class="grid-frame">
      <div
        ref={scroller}
        class="record-grid"
        onScroll={({ currentTarget }) => {
          leftCell.value = Math.floor(currentTarget.scrollLeft / cellPx.value);
        }}
      >
        <span class="probe" aria-hidden="true">
          {'0'.repeat(100)}
        </span>
        <Ruler cellPx={cellPx.value} width={widest} slice={slice} />
        <div
          class={`rows ${showsHex.value ? 'shows-bytes' : ''}`}
          role="grid"
          tabIndex={0}
          aria-label={`Records of ${file.value?.name ?? 'the file'}`}
          aria-rowcount={-1}
          aria-activedescendant={list.selectedId()}
          onKeyDown={onGridKey}
        >
          {/* A row with the same record is not drawn again; with another one only its texts change. */}
          {rows.map((record, index) => (
            <RecordRow
              key={keyOf(index)}
              record={record}
              isSelected={isAt(record, list.selected.value)}
              {...slice}
              cellPx={cellPx.value}
            />
          ))}
        </div>
      </div>
      <Scrollbar />
    </div>
  );
}

/** Width of a cell and how many are seen, and how many records fit: anew whenever the window changes. */
function useMeasures(scroller: { current: HTMLDivElement | null }, rowPx: number) {
  const cellPx = useSignal(8);
  const seenCells = useSignal(120);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const rulerPx = element.querySelector('.ruler')?.clientHeight ?? 0;
      const probe = element.querySelector('.probe');
      if (probe) cellPx.value = probe.getBoundingClientRect().width / 100;
      seenCells.value = Math.ceil(element.clientWidth / cellPx.value);
      list.visibleCount = Math.max(3, Math.floor((element.clientHeight - rulerPx - SPARE_PX) / rowPx));
      list.version.value++;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [rowPx]);
  return { cellPx, seenCells };
}

/** The wheel moves whole records; what is over of a turn is kept for the next one. */
function useWheel(scroller: { current: HTMLDivElement | null }, rowPx: number): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let rest = 0;
    const onWheel = (event: WheelEvent) => {
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      rest += event.deltaY / rowPx;
      const rows = Math.trunc(rest);
      rest -= rows;
      if (rows !== 0) void list.scrollBy(rows);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [rowPx]);
}

function onGridKey(event: KeyboardEvent): void {
  const moves: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: list.visibleCount - 1,
    PageUp: 1 - list.visibleCount,
  };
  const rows = moves[event.key];
  const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (rows !== undefined) void list.moveSelection(rows);
  else if (aside) (event.currentTarget as Element).parentElement?.scrollBy({ left: aside * ASIDE_PX });
  else if (event.key === 'Home' && event.ctrlKey) void list.show({ kind: 'first' });
  else if (event.key === 'End' && event.ctrlKey) void list.show({ kind: 'last', count: list.visibleCount });
  else return;
  event.preventDefault();
}

/** Does the cursor stand on this record? */
function isAt(record: ShownRecord, selected: RecordPlace | undefined): boolean {
  return selected !== undefined && isSame(selected, record.place);
}

interface RowProps {
  record: ShownRecord;
  isSelected: boolean;
  /** The positions that are drawn. */
  from: number;
  to: number;
  cellPx: number;
}

function RecordRow({ record, isSelected, from: first, to: last, cellPx }: RowProps) {
  const { kind, raw, reason, byteOffset } = record;
  const own = entriesOfKind.value.get(kind) ?? [];
  const cells = cellsOfRecord(raw);
  const halves = showsHex.value ? halfBytes(raw) : undefined;
  const spans = spansOf(own, cells.length, first, last);
  const cellAt = ({ clientX, currentTarget }: MouseEvent) =>
    Math.floor((clientX - (currentTarget as Element).getBoundingClientRect().left) / cellPx);
  return (
    <div
      id={`record-${record.byteOffset}`}
      role="row"
      class={`record ${isSelected ? 'selected' : ''} ${reason ? 'rejected' : ''} ${kind === activeKind.value ? '' : 'other-kind'}`}
      aria-selected={isSelected}
    >
      <span role="rowheader" class="record-head" title={reason ?? kind}>
        {record.record === null ? `@${byteOffset}` : record.record.toLocaleString('en')}
        {kind !== 'detail' && <span class="kind">{kind}</span>}
      </span>
      <span
        role="gridcell"
        class="cells"
        style={{
          paddingLeft: `${first * cellPx}px`,
          width: `${Math.max(cells.length, last) * cellPx}px`,
        }}
        onClick={(event) => {
          list.selected.value = record.place;
          select(columnAt(own, cellAt(event) + 1));
        }}
        onDblClick={(event) => split(own, cellAt(event))}
      >
        {spans.map(({ from, to, entry, order }) => (
          <span key={from} class={bandOf(entry, order, selectedEntry.value)}>
            {cells.slice(from, to).join('')}
            {halves && (
              <span class="half-bytes" aria-hidden="true">
                {`\n${halves.high.slice(from, to).join('')}\n${halves.low.slice(from, to).join('')}`}
              </span>
            )}
          </span>
        ))}
      </span>
    </div>
  );
}

function cellsOfRecord(raw: Uint8Array): string[] {
  if (cellsBy.value === 'characters') return characterCells(raw);
  return cellsOf(raw, laidOut.value?.characters ?? null, cellsBy.value === 'utf-8');
}

function columnAt(own: readonly LayoutEntry[], position: number): LayoutEntry | undefined {
  return own.find(({ start, end, repeats }) =>
    (repeats.length > 0 ? repeats : [{ start, end }]).some(
      (place) => place.start <= position && place.end >= position,
    ),
  );
}

/** Cuts the column under the pointer before this position. */
function split(own: readonly LayoutEntry[], before: number): void {
  const entry = columnAt(own, before + 1);
  if (entry && isEditable.value) changeLayout(splitColumn(layoutText.value, entry, before));
}
