/**
 * Sets the byte of each record to 0 unless the field at `at`, without blanks and NULs at its ends, is one of the literals. Each
 * literal is { address, length }, 4 bytes each. A record whose byte is 0 already keeps it.
 */
export function keepEqual(
  addresses: usize,
  count: i32,
  at: i32,
  width: i32,
  space: u8,
  literals: usize,
  literalCount: i32,
  counted: usize,
): void {
  for (let record = 0; record < count; record++) {
    if (load<u8>(counted + record) === 0) continue;
    let from = (load<u32>(addresses + (record << 2)) as usize) + at;
    let end = from + width;
    while (end > from && isFiller(load<u8>(end - 1), space)) end--;
    while (from < end && isFiller(load<u8>(from), space)) from++;
    const length = (end - from) as u32;
    let isEqual = false;
    for (let index = 0; index < literalCount && !isEqual; index++) {
      const literal = literals + (index << 3);
      if (load<u32>(literal, 4) !== length) continue;
      isEqual = memory.compare(from, load<u32>(literal) as usize, length) === 0;
    }
    if (!isEqual) store<u8>(counted + record, 0);
  }
}

function isFiller(byte: u8, space: u8): bool {
  return byte === space || byte === 0;
}
