import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { tell } from '../messages.ts';
import { ask } from '../server.ts';
import { chosenDay, chosenLake, openLake } from './lake-state.ts';

/** How often a day is looked at again while its report is shown. */
const LOOK_MS = 3000;

/** The report of the chosen day. While the night runs, it is drawn anew whenever something of it changed. */
export function DayReport() {
  const day = chosenDay.value;
  const digest = useSignal('');
  useEffect(() => {
    if (!day) return;
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const query = { lake: chosenLake.value, dataset: day.dataset, date: day.businessDate };
        const found = await ask<{ digest: string }>('day', query);
        if (isGone) return;
        const isNews = digest.value !== '' && digest.value !== found.digest;
        digest.value = found.digest;
        // The calendar shows the day too.
        if (isNews) void openLake(chosenLake.value);
      } catch (error) {
        tell('bad', error instanceof Error ? error.message : String(error));
      }
      if (!isGone) timer = setTimeout(look, LOOK_MS);
    };
    void look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [day]);
  if (!day || digest.value === '') return null;
  const words = new URLSearchParams({
    lake: chosenLake.value,
    dataset: day.dataset,
    date: day.businessDate,
    state: digest.value,
  });
  return (
    <iframe
      class="report"
      title={`Report of ${day.dataset} of ${day.businessDate}`}
      sandbox="allow-scripts"
      src={`report?${words}`}
    />
  );
}
