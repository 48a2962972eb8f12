import fc from 'fast-check';

/** A layout, and bytes of a file that may be in its form, more or less. */
interface HostileFile {
  layout: Record<string, unknown>;
  bytes: Buffer;
}

/** Bytes that are line ends, filling or blanks somewhere, and others. */
const ANY_BYTE = fc.constantFrom(
  ...[0x0a, 0x0d, 0x25, 0x15, 0x1a, 0x00, 0x20, 0x40, 0xff, 0xc3, 0xa9],
  ...[0x41, 0x42, 0x30, 0x31, 0x32, 0x39, 0xc1, 0xc2, 0xf0, 0xf1, 0xf9],
);
const FIELDS = [
  { name: 'kind', start: 1, end: 1, type: 'string' },
  { name: 'id', start: 2, end: 4, type: 'string' },
  { name: 'amount', start: 5, end: 6, type: 'integer' },
];
const LENGTH = 6;

const layoutOf = (record: object, changes: object = {}) => ({
  ...{ name: 'small', encoding: 'us-ascii', record: { length: LENGTH, ...record }, fields: FIELDS },
  ...{ rejects: { maxPercent: 100 }, ...changes },
});

/** Records of kinds A to C, in the code page; one byte in many is any byte. */
function records(isEbcdic: boolean, lengths: fc.Arbitrary<number>): fc.Arbitrary<Buffer[]> {
  const [kinds, letters, digits] = isEbcdic
    ? [
        [0xc1, 0xc2, 0xc3],
        [0xc1, 0xd2, 0x40],
        [0xf0, 0xf1, 0xf9],
      ]
    : [
        [0x41, 0x42, 0x43],
        [0x41, 0x62, 0x20],
        [0x30, 0x31, 0x39],
      ];
  const byteAt = (at: number) =>
    fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...(at === 0 ? kinds! : at < 4 ? letters! : digits!)) },
      { weight: 1, arbitrary: ANY_BYTE },
    );
  const record = fc
    .tuple(lengths, fc.tuple(...Array.from({ length: 12 }, (_, at) => byteAt(at))))
    .map(([length, bytes]) => Buffer.from(bytes.slice(0, length)));
  return fc.array(record, { minLength: 1, maxLength: 24 });
}

const exactly = fc.constant(LENGTH);
const mostly = fc.oneof({ weight: 8, arbitrary: exactly }, { weight: 1, arbitrary: fc.nat(12) });
/** Now and then a byte of the whole file is another, missing or twice. */
const spoiled = (bytes: fc.Arbitrary<Buffer>) =>
  fc
    .tuple(bytes, fc.option(fc.tuple(fc.nat(), ANY_BYTE, fc.nat(2)), { freq: 4, nil: undefined }))
    .map(([whole, spoil]) => {
      if (!spoil || whole.length === 0) return whole;
      const [place, byte, taken] = spoil;
      const at = place % whole.length;
      return Buffer.concat([whole.subarray(0, at), Buffer.from([byte]), whole.subarray(at + taken)]);
    });

const ENDS: Record<string, number[]> = {
  none: [],
  lf: [0x0a],
  crlf: [0x0d, 0x0a],
  nel: [0x15],
  ebcdicLf: [0x25],
};
const ended = (list: Buffer[], end: readonly number[]) =>
  Buffer.concat(list.flatMap((record) => [record, Buffer.from(end)]));

interface LineForm {
  end: string;
  encoding?: string;
  record?: object;
  positions?: string;
}
const LINE_FORMS: LineForm[] = [
  ...['lf', 'crlf'].flatMap((end) => [
    { end },
    { end, encoding: 'iso-8859-1' },
    { end, encoding: 'utf-8' },
    { end, encoding: 'utf-8', positions: 'bytes' },
  ]),
  { end: 'lf', encoding: 'utf-8', positions: 'characters' },
  { end: 'nel', encoding: 'cp037' },
  { end: 'ebcdicLf', encoding: 'cp037', record: { lineEnd: 'lf' } },
];
const lines = fc
  .tuple(fc.constantFrom(...LINE_FORMS), fc.constantFrom('pad', 'reject'))
  .chain(([{ end, encoding = 'us-ascii', positions, record }, short]) =>
    spoiled(records(encoding === 'cp037', mostly).map((list) => ended(list, ENDS[end]!))).map((bytes) => ({
      layout: layoutOf({ format: 'lines', short, cutShort: 'accept', ...record }, { encoding, positions }),
      bytes,
    })),
  );

const fixed = fc
  .tuple(fc.constantFrom('none', 'lf', 'crlf'), fc.boolean(), fc.boolean(), fc.boolean())
  .chain(([terminator, isSaid, isEbcdic, isBinary]) =>
    spoiled(records(isEbcdic, exactly).map((list) => ended(list, ENDS[terminator]!))).map((bytes) => ({
      layout: layoutOf(
        { format: 'fixed', ...(isSaid && { terminator }) },
        {
          ...(isEbcdic && { encoding: 'cp037' }),
          ...(isBinary && {
            fields: [...FIELDS.slice(0, 1), { name: 'raw', start: 2, end: 6, type: 'binary' }],
          }),
        },
      ),
      bytes,
    })),
  );

/** The length of a record in two bytes, and two of zero. */
const word = (length: number) => Buffer.from([length >> 8, length & 0xff, 0, 0]);
const blocked = (list: Buffer[], perBlock: number) => {
  const blocks: Buffer[] = [];
  for (let at = 0; at < list.length; at += perBlock) {
    const body = list.slice(at, at + perBlock).flatMap((one) => [word(one.length + 4), one]);
    const bytes = Buffer.concat(body);
    blocks.push(word(bytes.length + 4), bytes);
  }
  return Buffer.concat(blocks);
};
const chained = fc
  .tuple(fc.constantFrom('rdw', 'bdw', 'length-field'), fc.boolean(), fc.integer({ min: 1, max: 5 }))
  .chain(([format, isEbcdic, perBlock]) =>
    spoiled(
      records(isEbcdic, fc.integer({ min: 1, max: LENGTH })).map((list) => {
        if (format === 'bdw') return blocked(list, perBlock);
        if (format === 'rdw') return Buffer.concat(list.flatMap((one) => [word(one.length + 4), one]));
        return Buffer.concat(list.flatMap((one) => [Buffer.from([0, one.length + 2]), one]));
      }),
    ).map((bytes) => {
      const encoding = isEbcdic ? 'cp037' : 'us-ascii';
      if (format !== 'length-field') return { layout: layoutOf({ format }, { encoding }), bytes };
      const moved = FIELDS.map(({ start, end, ...field }) => ({ ...field, start: start + 2, end: end + 2 }));
      const lengthField = { start: 1, end: 2, usage: 'binary' };
      return {
        layout: layoutOf({ format, length: LENGTH + 2, lengthField }, { encoding, fields: moved }),
        bytes,
      };
    }),
  );

/** Layouts that say more of the same records. */
const MORE: Record<string, unknown>[] = [
  {},
  { partitionBy: ['kind'] },
  { partitionBy: ['id'], maxPartitions: 4 },
  { rejects: { maxPercent: 10 } },
  {
    fields: undefined,
    recordTypes: [
      { name: 'small', match: { start: 1, end: 1, equals: 'A' }, fields: FIELDS },
      {
        name: 'child',
        parent: 'small',
        match: { start: 1, end: 1, equals: 'B' },
        fields: [{ name: 'upper', fromParent: 'id' }, FIELDS[2]],
      },
    ],
  },
  {
    header: {
      match: { start: 1, end: 1, equals: 'A' },
      fields: [{ name: 'h', start: 2, end: 4, type: 'string' }],
    },
    trailer: {
      match: { start: 1, end: 1, equals: 'C' },
      fields: [{ name: 'n', start: 5, end: 6, type: 'integer' }],
    },
  },
];

/** Files of every form, with line ends of every kind anywhere in them. */
export const hostileFiles: fc.Arbitrary<HostileFile> = fc
  .tuple(fc.oneof(lines, fixed, chained), fc.constantFrom(...MORE))
  .map(([{ layout, bytes }, more]) => {
    const isPlain = layout.fields === FIELDS;
    return { layout: isPlain ? { ...layout, ...more } : layout, bytes };
  });
