import type { JournalEntry } from '../connector/decide/journal-entry.ts';
import { byteSizeText } from '../terminal/byte-size.ts';

/** An entry of the journal as a line for people: time, event, file, and what there is to say. */
export function entryLine(entry: JournalEntry): string {
  const { at, event, path, key, sizeBytes, durationMs, sentBytes, retries, partsKept, detail } = entry;
  const name = path ?? key ?? '';
  const where = event === 'arrived' && key !== undefined && key !== path ? ` → ${key}` : '';
  const facts = [
    ...(sizeBytes === undefined || event === 'retried' ? [] : [byteSizeText(sizeBytes)]),
    ...(sentBytes && durationMs
      ? [
          `in ${(durationMs / 1000).toFixed(1)} s`,
          `${byteSizeText(Math.round((sentBytes / durationMs) * 1000))}/s`,
        ]
      : []),
    ...(partsKept ? [`${partsKept} parts were there`] : []),
    ...(retries ? [`${retries} retries`] : []),
    ...(detail === undefined ? [] : [detail]),
  ];
  return `${at.slice(0, 19)}Z  ${event.padEnd(12)}  ${name}${where}${facts.length > 0 ? `  (${facts.join(', ')})` : ''}`;
}
