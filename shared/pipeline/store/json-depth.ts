/** Deeper than any document of a lake, and far from what the stack of a recursive walk can hold. */
const MOST_NESTING = 500;
/** [ and { */
const OPENS = [0x5b, 0x7b];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Is the JSON nested deeper than a program can walk through it, and write it again? It can be read, and nobody but a person with an editor
 * could have written it.
 */
export function isTooDeep(json: Uint8Array): boolean {
  return opensMoreThan(json, MOST_NESTING) && isNestedDeeper(json);
}

/** Are there so many [ and {, in texts too? Few documents have as many, and to count them takes a sixth of the time. */
function opensMoreThan(json: Uint8Array, most: number): boolean {
  let count = 0;
  for (const open of OPENS) {
    for (let at = json.indexOf(open); at !== -1; at = json.indexOf(open, at + 1))
      if (++count > most) return true;
  }
  return false;
}

function isNestedDeeper(json: Uint8Array): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (byte === QUOTE) at = endOfText(json, at + 1);
    // [ and {, ] and }
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > MOST_NESTING) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}

/** Index of the quote that ends a text. */
function endOfText(json: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    at = json.indexOf(QUOTE, at);
    if (at === -1) return json.length;
    let isEscaped = false;
    for (let before = at - 1; json[before] === BACKSLASH; before--) isEscaped = !isEscaped;
    if (!isEscaped) return at;
  }
}
