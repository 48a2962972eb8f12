/**
 * Numbers on which the kernel (AssemblyScript) and its callers (TypeScript) must agree. Both compile this file.
 *
 * A field vector holds one field of all records of a batch: for each record a state and, at the same index, a value.
 *
 *     states  1 1 0 1 2 …                     one byte each
 *     values  4, 8 or 16 bytes each, or for texts { address, length } of 4 bytes each
 */
export const STATE_NULL = 0;
export const STATE_VALUE = 1;
export const STATE_INVALID = 2;
/** The kernel leaves this value to the one-value decoder. */
export const STATE_UNDECIDED = 3;

export const CODE_LATIN1 = 0;
export const CODE_ASCII = 1;
export const CODE_UTF8 = 2;
export const CODE_UTF16 = 3;
/** A byte a character: shared/decode/narrowed-area.ts. */
export const CODE_NARROWED = 4;

/**
 * Narrowed records have one byte for each character: ASCII as it is, and codes from 0x80 on for others (character-page.ts). The
 * no-break space always has the first code; characters that find no code free share the last. 0xFF is never one.
 */
export const CHARACTER_NO_BREAK_SPACE = 0x80;
export const CHARACTER_OTHER = 0xfe;
/** Room for the UTF-8 of one character. */
export const CHARACTER_SLOT_BYTES = 4;

export const SIGN_NONE = 0;
export const SIGN_LEADING = 1;
export const SIGN_TRAILING = 2;
export const SIGN_LEADING_SEPARATE = 3;
export const SIGN_TRAILING_SEPARATE = 4;
/** One of the marks of NUMBER_MARKS before or after the digits, or around them. */
export const SIGN_MARKS = 5;
/** One of those marks in the bytes after the field. */
export const SIGN_BESIDE = 6;

/** How a number is written in ASCII text: offsets of 4-byte numbers. */
export const NUMBER_SIGN = 0;
/** Digits after an explicit point; -1 if the point is implied. */
export const NUMBER_EXPLICIT_SCALE = 4;
export const NUMBER_MOST_DIGITS = 8;
/** The character of an explicit point; 0 if it may be a point or a comma. */
export const NUMBER_POINT = 12;
/** Address of the digit of each byte with a sign over it: 0 to 9, 16 to 25 if negative, else 255. */
export const NUMBER_PUNCHES = 16;
/** 1 if a missing sign is plus. */
export const NUMBER_BLANK_SIGN = 20;
/** 1 if it is written in a way that only noted-numbers.ts reads: what follows. */
export const NUMBER_NOTED = 24;
/** The character between groups of three digits; 0 if there is none. */
export const NUMBER_THOUSANDS = 28;
/** 1 if blanks follow the digits. */
export const NUMBER_LEFT = 32;
/** Address of the marks: their count, then { length, MARK_… flags, bytes } of each, the longest first. */
export const NUMBER_MARKS = 36;
/** Bytes after the field that hold the sign, then those that hold the number of decimals. */
export const NUMBER_SIGN_BYTES = 40;
export const NUMBER_SCALE_BYTES = 44;
/** Digits after the point of the value, if the number of decimals is after the field. */
export const NUMBER_SCALE = 48;
/** 1 if a number without its point has as many decimals as its scale. */
export const NUMBER_POINT_OPTIONAL = 52;
export const NUMBER_FORM_BYTES = 56;
export const MARK_NEGATIVE = 1;
/** Its first character stands before the number, its last after it. */
export const MARK_AROUND = 2;

export const KEEP_DIGITS = 0;
export const KEEP_ALPHANUMERIC = 1;
export const KEEP_ALL = 2;

/** Outcomes of finding a record. Only RECORD_OK can be decoded. */
export const RECORD_OK = 0;
export const RECORD_UNKNOWN_TYPE = 1;
export const RECORD_TOO_LONG = 2;
export const RECORD_TOO_SHORT = 3;
export const RECORD_BLANK = 4;
export const RECORD_TERMINATOR_MISSING = 5;

/** A record among the details that is the layout's header or trailer: files were joined, or one was written twice. */
export const RECORD_HEADER_INSIDE = 7;
export const RECORD_TRAILER_INSIDE = 8;

/** A place of a `match`: offsets of its 4-byte numbers, and its size. A record has one of the literals at each place. */
export const MATCH_AT = 0;
export const MATCH_WIDTH = 4;
export const MATCH_LITERALS = 8;
export const MATCH_LITERAL_COUNT = 12;
export const MATCH_PLACE_BYTES = 16;

/** How a record or block says its length (LengthShape in ranges/record-chain.ts): offsets of 4-byte numbers. */
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

/** The parent of the record is missing, or cannot be decoded. */
export const RECORD_PARENT_MISSING = 6;

/** The record is not well-formed UTF-8, so that its characters cannot be counted. */
export const RECORD_ILL_FORMED = 9;

/** The type of a record that no record type matches. */
export const TYPE_UNKNOWN = 255;

/** Kinds of entries of a table: an occurrence, an empty list, a missing list. The last two are also states of values (`settleEntries`). */
export const ENTRY_VALUE = 0;
export const ENTRY_EMPTY_LIST = 4;
export const ENTRY_NULL_LIST = 5;
/** The most entries of a batch, over all its records; limited for the same reason as MAX_RECORDS. */
export const MAX_ENTRIES = 32_000;

/** The most records of a batch: their indexes fit into 16 bits, and two counts of them into one number. */
export const MAX_RECORDS = 16_000;

/** Functions that decode a field vector return how many are null + how many are invalid × this. */
export const INVALID_COUNT_UNIT = 65_536;

/** Bytes before a record's first byte and after its last that may be read; their content is ignored. */
export const READ_MARGIN_BYTES = 64;
/** Bytes that may be written beyond the end of what a function appends. */
export const WRITE_MARGIN_BYTES = 64;

/** Kinds of values for `compressSnappy`: any bytes, PLAIN texts, PLAIN integers of 8 bytes, PLAIN texts whose words come again and again. */
export const VALUES_ANY = 0;
export const VALUES_TEXT = 1;
export const VALUES_INT64 = 2;
export const VALUES_WORDS = 3;
/** Room for the tables of `compressSnappy`. */
export const SNAPPY_TABLE_BYTES = 45_056;

/** Room for the state of a checksum. */
export const CHECKSUM_STATE_BYTES = 8192;

/** A date format: offsets of its parts in the text, 4 bytes each; then a count of literals and a { at, byte } for each. */
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
/** The first year that two digits without a century can mean. */
export const FORMAT_PIVOT_YEAR = 40;
export const FORMAT_DAY_OF_YEAR = 44;
export const FORMAT_LITERAL_COUNT = 48;
export const FORMAT_LITERALS = 52;

/** Digits of a text are summed nine at a time, each nine in a word of 8 bytes. */
export const LIMB_DIGITS = 9;

/** An open page of one column: offsets of its words, of 4 bytes each; PAGE_LEAST and PAGE_GREATEST have 8. */
export const PAGE_VALUES = 0;
/** Bytes of PLAIN values so far; a boolean has one byte until the page is closed. */
export const PAGE_LENGTH = 4;
/** Address of the levels, one byte a row; 0 while no row of the page is null. */
export const PAGE_LEVELS = 8;
export const PAGE_ROWS = 12;
/** Rows that are not null. */
export const PAGE_COUNT = 16;
/** Integers: the value. Texts and wide decimals: the value's offset in PAGE_VALUES, or its entry (`findUsedRange`). */
export const PAGE_LEAST = 24;
export const PAGE_GREATEST = 32;
/** Dictionary entry of each value of the page, 2 bytes each. */
export const PAGE_INDEXES = 56;
/** The dictionary of the chunk: entry + 1 by hash, 2 bytes each; and the mask of the hash. */
export const DICTIONARY_TABLE = 60;
export const DICTIONARY_MASK = 64;
export const DICTIONARY_COUNT = 68;
/** The most entries. */
export const DICTIONARY_CAPACITY = 72;
/** Fixed width: PLAIN values. Texts: { offset in DICTIONARY_DATA, length }. */
export const DICTIONARY_ENTRIES = 76;
/** Texts: PLAIN values, the body of the dictionary page. */
export const DICTIONARY_DATA = 80;
export const DICTIONARY_DATA_LENGTH = 84;
export const DICTIONARY_DATA_CAPACITY = 88;
/** Texts: 1 for each entry the page uses. */
export const DICTIONARY_USED = 92;
/** Bytes that the values of the page would take in PLAIN form. */
export const PAGE_PLAIN_BYTES = 96;
/** Lists: a byte for each entry, 1 if it is not the first of its row. */
export const PAGE_REPEATS = 100;
/** Integers of 4 bytes: entry + 1 of each value from a first one on, 2 bytes each; then that first value, and how many values follow. */
export const DICTIONARY_NEAR = 104;
export const DICTIONARY_NEAR_FIRST = 108;
export const DICTIONARY_NEAR_COUNT = 112;
/** Texts: the most bytes of an entry. */
export const DICTIONARY_LONGEST = 116;
export const PAGE_STATE_BYTES = 128;

/** Least and greatest of some values, as the functions that prove pages find them: integers, doubles, or { address, length } of 4 bytes each. */
export const RANGE_LEAST = 0;
export const RANGE_GREATEST = 8;
export const RANGE_BYTES = 16;
