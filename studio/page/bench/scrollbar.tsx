import { useRef } from 'preact/hooks';
import { file, laidOut, list } from './bench-state.ts';

/** Where in the file one is. Dragged, it goes to any byte of it at once. */
export function Scrollbar() {
  const track = useRef<HTMLDivElement>(null);
  const pending = useRef(false);
  void list.version.value;
  const { startByte = 0, endByte = 1 } = laidOut.value?.form ?? {};
  const at = list.records[list.top.value]?.byteOffset ?? startByte;
  const share = Math.min(1, Math.max(0, (at - startByte) / Math.max(1, endByte - startByte)));
  const goTo = async (to: number) => {
    if (pending.current) return;
    pending.current = true;
    try {
      await list.show(
        to <= 0
          ? { kind: 'first' }
          : to >= 1
            ? { kind: 'last', count: list.visibleCount }
            : { kind: 'byte', byte: startByte + Math.floor((endByte - startByte) * to) },
      );
    } finally {
      pending.current = false;
    }
  };
  const shareAt = (clientY: number) => {
    const box = track.current?.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (clientY - box.top - 12) / (box.height - 24))) : 0;
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
        const steps: Record<string, number> = {
          ArrowDown: 0.01,
          ArrowUp: -0.01,
          PageDown: 0.1,
          PageUp: -0.1,
          Home: -2,
          End: 2,
        };
        const step = steps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        void goTo(share + step);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        void goTo(shareAt(event.clientY));
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) void goTo(shareAt(event.clientY));
      }}
    >
      <span class="thumb" style={{ top: `calc(${share * 100}% - ${share * 24}px)` }} />
    </div>
  );
}
