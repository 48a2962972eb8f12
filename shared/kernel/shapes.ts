/**
 * Numbers that the kernel (AssemblyScript) and its callers (TypeScript) must agree on; both compile this file.
 *
 * A field vector holds one field of every record of a block: a state byte a record, and its value at the same index.
 *
 *     states  1 1 0 1 2 …                     one byte each
 *     values  4, 8 or 16 bytes each, or for texts { address, length } of 4 bytes each
 */
export const STATE_NULL = 0;
export const STATE_VALUE = 1;
export const STATE_INVALID = 2;
/** Left to the one-value decoder. */
export const STATE_UNDECIDED = 3;

export const CODE_LATIN1 = 0;
export const CODE_ASCII = 1;
export const CODE_UTF8 = 2;

export const SIGN_NONE = 0;
export const SIGN_LEADING = 1;
export const SIGN_TRAILING = 2;
export const SIGN_LEADING_SEPARATE = 3;
export const SIGN_TRAILING_SEPARATE = 4;

export const KEEP_DIGITS = 0;
export const KEEP_ALPHANUMERIC = 1;
export const KEEP_ALL = 2;

/** Outcome of finding a record; 0 is a record that can be decoded. */
export const RECORD_OK = 0;
export const RECORD_UNKNOWN_TYPE = 1;
export const RECORD_TOO_LONG = 2;
export const RECORD_TOO_SHORT = 3;
export const RECORD_BLANK = 4;
export const RECORD_TERMINATOR_MISSING = 5;

/** How a record or block says its length (ranges/record-chain.ts): offsets of 4-byte numbers. */
export const CHAIN_CODING = 0;
export const CHAIN_FIELD_AT = 4;
export const CHAIN_FIELD_BYTES = 8;
export const CHAIN_ZERO_AT = 12;
export const CHAIN_EXTENDABLE = 16;
export const CHAIN_ADDED = 20;
export const CHAIN_HEAD = 24;
export const CHAIN_MINIMUM = 28;
export const CHAIN_MAXIMUM = 32;
export const CODING_BIG_ENDIAN = 0;
export const CODING_LITTLE_ENDIAN = 1;
export const CODING_DIGITS = 2;
export const CODING_PACKED = 3;

/** The parent of the record is missing, or cannot be decoded itself. */
export const RECORD_PARENT_MISSING = 6;

/** Of no record type. */
export const TYPE_UNKNOWN = 255;

/** What an entry of a table is: an occurrence, or what stands for a list without one. Beside the states of values. */
export const ENTRY_VALUE = 0;
export const ENTRY_EMPTY_LIST = 4;
export const ENTRY_NULL_LIST = 5;
/** Entries of a block over all records: their indexes and counts must fit as those of records do. */
export const MAX_ENTRIES = 32_000;

/** Records of a block: their indexes fit 16 bits, and counts of nulls and invalids pack into one number. */
export const MAX_RECORDS = 16_000;

/** Vector functions return nulls + invalids × this. */
export const INVALID_COUNT_UNIT = 65_536;

/** Bytes that may be read (and are ignored) before a record's first byte and behind its last. */
export const READ_MARGIN_BYTES = 64;
/** Bytes that may be written beyond the end of what a function appends. */
export const WRITE_MARGIN_BYTES = 64;

/** What `compressSnappy` is told of values: anything, PLAIN texts behind their lengths, PLAIN integers of 8 bytes. */
export const VALUES_ANY = 0;
export const VALUES_TEXT = 1;
export const VALUES_INT64 = 2;
/** Room for the tables of `compressSnappy`. */
export const SNAPPY_TABLE_BYTES = 45_056;

/** Room for what a checksum remembers of the bytes before. */
export const CHECKSUM_STATE_BYTES = 8192;

/** Date format: offsets of its parts in the text, 4 bytes each; then a count of literals and { at, byte } pairs. */
export const FORMAT_YEAR = 0;
export const FORMAT_MONTH = 4;
export const FORMAT_DAY = 8;
export const FORMAT_HOUR = 12;
export const FORMAT_MINUTE = 16;
export const FORMAT_SECOND = 20;
export const FORMAT_FRACTION = 24;
export const FORMAT_FRACTION_DIGITS = 28;
export const FORMAT_YEAR_DIGITS = 32;
export const FORMAT_CENTURY = 36;
/** First year that two digits without a century can mean. */
export const FORMAT_PIVOT_YEAR = 40;
export const FORMAT_DAY_OF_YEAR = 44;
export const FORMAT_LITERAL_COUNT = 48;
export const FORMAT_LITERALS = 52;

/** Digits of a text are summed nine at a time, in as many words of 8 bytes as it takes. */
export const LIMB_DIGITS = 9;

/** An open page of one column: offsets of its 4-byte words; 8 bytes from PAGE_LEAST on. */
export const PAGE_VALUES = 0;
/** Bytes of PLAIN values so far; booleans take one byte until the page is closed. */
export const PAGE_LENGTH = 4;
/** One byte a row, or 0 while no row of the page is null. */
export const PAGE_LEVELS = 8;
export const PAGE_ROWS = 12;
/** Rows that are not null. */
export const PAGE_COUNT = 16;
/** Integers: the value. Texts and wide decimals: offset of the value in PAGE_VALUES. */
export const PAGE_LEAST = 24;
export const PAGE_GREATEST = 32;
/** Texts: their first eight bytes, high byte first. */
export const PAGE_LEAST_PREFIX = 40;
export const PAGE_GREATEST_PREFIX = 48;
/** Entry of each value of the page, 2 bytes each. */
export const PAGE_INDEXES = 56;
/** The dictionary of the chunk: entry + 1 by hash, 2 bytes each; mask of the hash. */
export const DICTIONARY_TABLE = 60;
export const DICTIONARY_MASK = 64;
export const DICTIONARY_COUNT = 68;
/** Room for so many entries. */
export const DICTIONARY_CAPACITY = 72;
/** Fixed width: PLAIN values. Texts: { offset in DICTIONARY_DATA, length }. */
export const DICTIONARY_ENTRIES = 76;
/** Texts: PLAIN values, the body of the dictionary page. */
export const DICTIONARY_DATA = 80;
export const DICTIONARY_DATA_LENGTH = 84;
export const DICTIONARY_DATA_CAPACITY = 88;
/** Texts: 1 for each entry the page uses. */
export const DICTIONARY_USED = 92;
/** Bytes the values of the page would take as PLAIN. */
export const PAGE_PLAIN_BYTES = 96;
/** Of a list: a byte an entry, 1 where it is not the first of its row. */
export const PAGE_REPEATS = 100;
/** Integers of 4 bytes: entry + 1 of each value of a stretch, 2 bytes each; the first of them, and how many they are. */
export const DICTIONARY_NEAR = 104;
export const DICTIONARY_NEAR_FIRST = 108;
export const DICTIONARY_NEAR_COUNT = 112;
export const PAGE_STATE_BYTES = 128;
