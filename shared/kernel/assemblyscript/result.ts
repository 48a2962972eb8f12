/** Eight words for results that do not fit into a return value. */
export const RESULT: usize = memory.data(64, 16);

export function resultAddress(): usize {
  return RESULT;
}

/** Address at which the kernel's own tables end; all memory after it is free. */
export function heapStart(): usize {
  return __heap_base;
}
