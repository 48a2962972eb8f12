/** Partition columns of every dataset, taken from the business date: no field can have their names. */
export const DATE_PARTITION_NAMES: readonly string[] = ['year', 'month', 'day'];
