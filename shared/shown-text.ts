/**
 * Characters that a reader does not see, or that move what follows: controls (ESC, CSI, newlines), marks of direction, characters without
 * width, line separators, half a surrogate pair. Names of files, keys and values may hold any of them, and a terminal obeys some.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One line as it may be shown to people, on a terminal, in a mail or in a log: what they would not see stands there as JSON escapes it. */
export function shownText(text: string): string {
  return text.replace(UNSEEN, (character) => SHORT_ESCAPES[character] ?? escaped(character));
}

/** JSON that parses to exactly `value`, and in which every character can be seen. */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  // Inside strings JSON has escaped newlines; those of the indentation stay.
  return text.replace(UNSEEN, (character) => (character === '\n' ? character : escaped(character)));
}

const MOST_SHOWN = 48;
/** `column=value` as a part of a path. The value ends with its part, or with the clause around the path. */
const LONG_PARTITION = new RegExp(
  `((?:^|/)[a-z][a-z0-9_]*=)((?:(?![:;,.] )[^/]){${MOST_SHOWN + 1},})(?=/|\\.parquet|$)`,
  'g',
);

/** A text with keys in it, of which partition values that are longer than people read show only their beginning. */
export function withShortValues(text: string): string {
  return text.replace(
    LONG_PARTITION,
    (_, column: string, value: string) =>
      `${column}${value.slice(0, MOST_SHOWN)}… (${[...value].length} characters)`,
  );
}

/**
 * A word of a command that is shown to be typed, as a shell reads it. What nobody sees stands there as bash, zsh and ksh escape it, so that the word
 * that is copied is the word that is meant: tab and ESC → `$'\x09\x1b'`.
 */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (text.search(UNSEEN) < 0) return `'${text.replaceAll("'", "'\\''")}'`;
  const escapedText = text
    .replace(/['\\]/g, '\\$&')
    .replace(UNSEEN, (character) =>
      Array.from(
        new TextEncoder().encode(character),
        (byte) => `\\x${byte.toString(16).padStart(2, '0')}`,
      ).join(''),
    );
  return `$'${escapedText}'`;
}

const SHORT_ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
  ).join('');
}
