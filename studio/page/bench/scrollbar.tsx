import { useRef } from 'preact/hooks';
import { file, laidOut, list } from './bench-state.ts';

const THUMB_PX = 24;
const STEPS: Record<string, number> = {
  ArrowDown: 0.01,
  ArrowUp: -0.01,
  PageDown: 0.1,
  PageUp: -0.1,
  Home: -2,
  End: 2,
};

let isGoing = false;
let wanted: number | undefined;

/** Shows what is at a share of the file's records; of the wishes that come while that is read, the last one is next. */
async function goTo(share: number): Promise<void> {
  wanted = share;
  if (isGoing) return;
  isGoing = true;
  try {
    while (wanted !== undefined) {
      const next: number = wanted;
      wanted = undefined;
      await showAt(next);
    }
  } finally {
    isGoing = false;
  }
}

function showAt(share: number): Promise<void> {
  const { startByte = 0, endByte = 0 } = laidOut.value?.form ?? {};
  if (share <= 0) return list.show({ kind: 'first' });
  if (share >= 1) return list.show({ kind: 'last', count: list.visibleCount });
  return list.show({ kind: 'byte', byte: startByte + Math.floor((endByte - startByte) * share) });
}

/** Where in the file one is. Dragged, it goes to any byte of it at once. */
export function Scrollbar() {
  const track = useRef<HTMLDivElement>(null);
  void list.version.value;
  const { startByte = 0, endByte = 1 } = laidOut.value?.form ?? {};
  const at = list.records[list.top.value]?.byteOffset ?? startByte;
  const share = Math.min(1, Math.max(0, (at - startByte) / Math.max(1, endByte - startByte)));
  const goToPointer = (clientY: number) => {
    const box = track.current?.getBoundingClientRect();
    if (box) void goTo((clientY - box.top - THUMB_PX / 2) / (box.height - THUMB_PX));
  };
  return (
    <div
      ref={track}
      class="scrollbar"
      role="slider"
      aria-orientation="vertical"
      aria-label={`Place in ${file.value?.name ?? 'the file'}`}
      aria-valuemin={startByte}
      aria-valuemax={endByte}
      aria-valuenow={at}
      aria-valuetext={`byte ${at.toLocaleString('en')}, ${(share * 100).toFixed(1)} %`}
      tabIndex={0}
      onKeyDown={(event) => {
        const step = STEPS[event.key];
        if (step === undefined) return;
        event.preventDefault();
        void goTo(share + step);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goToPointer(event.clientY);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) goToPointer(event.clientY);
      }}
    >
      <span class="thumb" style={{ top: `calc(${share * 100}% - ${share * THUMB_PX}px)` }} />
    </div>
  );
}
