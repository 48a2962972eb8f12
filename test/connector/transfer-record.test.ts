import { describe, expect, it } from 'vitest';
import {
  type Arrival,
  arrivalOf,
  contentOf,
  currentArrival,
  isObjectOf,
  reasonOf,
  recordKey,
  recordsFolder,
  type Sending,
  stateFolder,
  type TransferRecord,
  uploadThatIs,
  withArrival,
  withoutSending,
} from '../../connector/decide/transfer-record.ts';

const sending = (given: Partial<Sending> = {}): Sending => ({
  ...{ source: '/in', path: 'a.txt', version: 'v', sizeBytes: 100, partSizeBytes: 10, reason: 'new file' },
  ...given,
});
const object = { sizeBytes: 100, crc64nvme: 'sum', tag: 't', version: 'o' };
const arrival = (given: Partial<Arrival> = {}): Arrival => ({
  ...{ source: '/in', path: 'a.txt', version: 'v', sizeBytes: 100, crc64nvme: 'sum', tag: 't' },
  ...{ objectVersion: 'o', at: '2025-08-12T05:00:00.000Z', reason: 'new file' },
  ...given,
});
const record = (given: Partial<TransferRecord> = {}): TransferRecord => ({
  ...{ key: 'k', businessDate: '2025-08-12', rule: 0, layout: null },
  ...{ arrivals: [], sending: null, givenUp: [], lease: null },
  ...given,
});

describe('what is known of a key', () => {
  it('lies below the prefix, by the name of the connector, by day, by a hash of the key', () => {
    const folder = stateFolder('raw/', 'night');
    expect(folder).toBe('raw/_connector/night/');
    expect(recordsFolder(folder, '2025-08-12')).toBe('raw/_connector/night/transfers/2025-08-12/');
    expect(recordsFolder(folder, undefined)).toBe('raw/_connector/night/transfers/undated/');
    expect(recordKey(folder, 'a', '2025-08-12')).toBe(
      'raw/_connector/night/transfers/2025-08-12/ca978112ca1bbdcafac231b39a23dc4d.json',
    );
  });

  it('is the last of its arrivals; one that arrives ends its upload, and leaves those that others gave up', () => {
    const earlier = arrival({ version: 'u' });
    const others = [sending({ completing: 'sum' }), sending({ completing: 'other' })];
    const after = withArrival(
      record({ arrivals: [earlier], sending: sending(), givenUp: others }),
      arrival(),
    );
    expect(currentArrival(after)).toEqual(arrival());
    expect(after).toMatchObject({ arrivals: [earlier, arrival()], sending: null });
    expect(after.givenUp).toEqual([others[1]]);
    expect(currentArrival(record())).toBeUndefined();
  });

  it('remembers an upload that was given up only if somebody may still complete it, and the last eight of them', () => {
    expect(withoutSending(record({ sending: sending() })).givenUp).toEqual([]);
    expect(withoutSending(record()).givenUp).toEqual([]);
    let many = record();
    for (let index = 0; index < 10; index++)
      many = withoutSending({ ...many, sending: sending({ completing: `sum ${index}`, compressed: [] }) });
    expect(many.sending).toBeNull();
    expect(many.givenUp.map(({ completing }) => completing)).toEqual(
      [2, 3, 4, 5, 6, 7, 8, 9].map((index) => `sum ${index}`),
    );
    expect(many.givenUp[0]).not.toHaveProperty('compressed');
  });

  it('tells which of its uploads an object is: by size and checksum, the last one first', () => {
    const [given, going] = [sending({ completing: 'sum', reason: 'first' }), sending({ completing: 'sum' })];
    expect(uploadThatIs(record({ givenUp: [given], sending: going }), object)).toBe(going);
    expect(uploadThatIs(record({ givenUp: [given] }), object)).toBe(given);
    expect(uploadThatIs(record({ sending: going }), { ...object, sizeBytes: 99 })).toBeUndefined();
    expect(uploadThatIs(record({ sending: going }), { ...object, crc64nvme: 'x' })).toBeUndefined();
    expect(uploadThatIs(record(), object)).toBeUndefined();
    const compressed = sending({ completing: 'sum', storedBytes: 7 });
    expect(isObjectOf(compressed, { ...object, sizeBytes: 7 })).toBe(true);
    expect(isObjectOf(compressed, object)).toBe(false);
  });

  it('keeps of an upload what its arrival says, and nothing that nobody knows', () => {
    expect(arrivalOf(sending(), object, '2025-08-12T05:00:00.000Z')).toEqual(arrival());
    const content = { sizeBytes: 900, crc64nvme: 'content' };
    const counted = sending({ records: 9, details: 7, content });
    expect(arrivalOf(counted, object, 'now')).toEqual(
      arrival({ at: 'now', records: 9, details: 7, content }),
    );
    expect(contentOf(arrival())).toEqual({ sizeBytes: 100, crc64nvme: 'sum' });
    expect(contentOf(arrival({ content }))).toEqual(content);
  });

  it('says why a version is sent after another, by the size that the source has', () => {
    expect(reasonOf(undefined, { sizeBytes: 1 })).toBe('new file');
    expect(reasonOf(arrival(), { sizeBytes: 100 })).toBe(
      'changed after it arrived: other bytes of the same size',
    );
    expect(reasonOf(arrival(), { sizeBytes: 101 })).toBe(
      'changed after it arrived: 100 bytes before, 101 now',
    );
    const content = { sizeBytes: 900, crc64nvme: 'content' };
    expect(reasonOf(arrival({ content }), { sizeBytes: 900 })).toContain('of the same size');
  });
});
