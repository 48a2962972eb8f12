import { signal } from '@preact/signals';

export type View = 'bench' | 'lake';

/** Which of the two views is shown. */
export const view = signal<View>('bench');
