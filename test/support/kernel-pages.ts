import fc from 'fast-check';

/** Texts in PLAIN form (Parquet): length in four bytes, then the bytes. */
export const plain = (texts: Uint8Array[]) =>
  Buffer.concat(texts.flatMap((text) => [Uint8Array.of(text.length, 0, 0, 0), text]));

/** Identifiers of one length: each is up to `gap` above the one before, and some come twice. */
export function rising(first: number, count: number, length: number, gap: number): Buffer[] {
  let id = first;
  return Array.from({ length: count }, (_, row) => {
    id += (Math.imul(row + first, 2_654_435_761) >>> 0) % (gap + 1);
    return Buffer.from(String(id).padStart(length, 'CTR100').slice(-length));
  });
}

/** Pages of rising identifiers with any bytes between them, after `levels` bytes of levels, cut anywhere. */
export function pagesOfRising(least: { count: number; length: number }) {
  const run = fc
    .tuple(
      fc.nat(99_999_999),
      fc.integer({ min: least.count, max: 2500 }),
      fc.integer({ min: least.length, max: 44 }),
      fc.nat(900),
    )
    .map(([first, count, length, gap]) => rising(first, count, length, gap));
  const other = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 3 });
  return fc
    .tuple(fc.nat(9), fc.array(fc.oneof(run, other), { minLength: 1, maxLength: 5 }), fc.nat(70))
    .map(([levels, texts, cut]) => {
      const page = Buffer.concat([new Uint8Array(levels), plain(texts.flat())]);
      return { levels, bytes: page.subarray(0, Math.max(levels, page.length - cut)) };
    });
}

const FIRST = 'João Maria Ana Francisca Antônio Paulo Luciana Adriana Inácio Íris Davi Zélia Estêvão'.split(
  ' ',
);
const LAST = 'Silva Santos Oliveira Souza Rodrigues Conceição Assunção Lima Sá Böhm Guimarães Leão'.split(
  ' ',
);
const BETWEEN = ['', 'da ', 'de ', 'dos ', 'e '];

/** Names of people: words that come again and again. */
export function spokenNames(count: number): Buffer[] {
  const word = (words: string[], row: number, place: number) =>
    words[(Math.imul(row * 5 + place, 2_654_435_761) >>> 11) % words.length]!;
  return Array.from({ length: count }, (_, row) =>
    Buffer.from(`${word(FIRST, row, 0)} ${word(LAST, row, 1)} ${word(BETWEEN, row, 2)}${word(LAST, row, 3)}`),
  );
}

/** Pages of texts of few words, with any bytes between them, after `levels` bytes of levels, cut anywhere. */
export function pagesOfWords() {
  const word = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...FIRST, ...LAST, 'da', 'e', '&', '') },
    { weight: 1, arbitrary: fc.stringMatching(/^[a-zé0-9]{1,40}$/) },
  );
  const text = fc.oneof(
    {
      weight: 30,
      arbitrary: fc
        .array(word, { maxLength: 9 })
        .map((words) => Buffer.from(words.join(' ')).subarray(0, 255)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 90 }) },
  );
  return fc
    .tuple(
      fc.nat(9),
      fc.array(text, { minLength: 1, maxLength: 400, size: 'max' }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(99),
    )
    .map(([levels, texts, times, cut]) => {
      const page = Buffer.concat([new Uint8Array(levels), ...Array<Buffer>(times).fill(plain(texts))]);
      return { levels, bytes: page.subarray(0, Math.max(levels, page.length - cut)) };
    });
}
