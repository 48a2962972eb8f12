/** Where functions leave what does not fit their return value: eight words. */
export const RESULT: usize = memory.data(64, 16);

export function resultAddress(): usize {
  return RESULT;
}

/** Where the kernel's own tables end: addresses from there on are free. */
export function heapAddress(): usize {
  return __heap_base;
}
