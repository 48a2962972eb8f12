/** Every event of the journal, and what it means; docs/connector.md shows this table. */
export const JOURNAL_EVENTS = {
  started: 'a connector began to work',
  stopped: 'a connector ended on purpose',
  seen: 'a file was seen for the first time, or with other bytes than before',
  waiting: 'the file is not taken yet; `detail` says why. Written again only when the reason changes',
  'no-place': 'the file cannot be given a key; `detail` says why. It stays where it is',
  finished: 'the file is whole, by what `detail` says, and will be sent',
  elsewhere: 'another connector sends the file',
  'taken-over': 'the connector that was sending the file showed no sign of life; this one goes on',
  sending: 'the upload began',
  resumed: 'the upload goes on where it stopped; `partsKept` were there already',
  retried: 'a part or a request failed and is made again; `detail` says why',
  changed: 'the file changed while it was read: nothing of this attempt counts',
  differs: 'the bytes are not those that the day manifest states: nothing of this attempt counts',
  'lost-lengths':
    'its layout says that records state their lengths, and they do not: the transfer took them away. It is not sent',
  vanished: 'the file was there and is gone before it was sent',
  arrived: 'the target has the whole file and computed the same checksum',
  'same-bytes': 'only times or names of the file changed after it arrived: nothing was sent',
  occupied: 'another file stands at the key, and is not replaced',
  failed: 'the attempt ended with an error; the file is tried again at the next look',
  'day-complete': 'every file that the day expects has arrived; its manifest stands beside them',
  'day-changed': 'a file of a complete day has a new version; the manifest was written again',
  converted: 'the file was converted into the lake of this machine; `detail` is how that ended',
  removed: 'the file was removed from the source after it was verified and its time was over',
  kept: 'the file should be removed from the source, but is another one by now',
  alarm: 'people were told something; `detail` is what',
} as const;

type JournalEvent = keyof typeof JOURNAL_EVENTS;

/** One line of the journal. Never holds content of records. */
export interface JournalEntry {
  /** ISO 8601, in UTC, by this host's clock. */
  at: string;
  /** Name of the connector, and of its process. */
  connector: string;
  owner: string;
  /** From 1 in each process: with `owner` it names the entry. */
  sequence: number;
  event: JournalEvent;
  source?: string | undefined;
  path?: string | undefined;
  key?: string | undefined;
  businessDate?: string | undefined;
  version?: string | undefined;
  sizeBytes?: number | undefined;
  crc64nvme?: string | undefined;
  /** The size in the source, for a file that the connector compressed. */
  contentBytes?: number | undefined;
  objectVersion?: string | undefined;
  durationMs?: number | undefined;
  sentBytes?: number | undefined;
  partsKept?: number | undefined;
  retries?: number | undefined;
  detail?: string | undefined;
}

export type NewEntry = Omit<JournalEntry, 'at' | 'connector' | 'owner' | 'sequence'>;
