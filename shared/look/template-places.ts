/** The places of a template, as its text is read from left to right. */
type Place = 'text' | 'tag' | 'quoted' | 'comment' | 'raw';

const NO_VALUES_IN = /^<(script|style|iframe|noscript|template|xmp|plaintext)\b/i;
/** A value in them would be an address or a program and not a text. */
const ACTIVE_ATTRIBUTE = /\s(on\w+|style|srcdoc|src|action|formaction|xlink:href)\s*=\s*$/i;

/** Why a template's values cannot all be escaped: one stands outside texts and quoted attributes. Undefined if all can. */
export function templateFault(strings: readonly string[]): string | undefined {
  let place: Place = 'text';
  for (const [index, text] of strings.entries()) {
    let attribute = '';
    for (let at = 0; at < text.length; at++) {
      const rest = text.slice(at);
      if (place === 'text' && rest.startsWith('<!--')) place = 'comment';
      else if (place === 'comment' && rest.startsWith('-->')) place = 'text';
      else if (place === 'text' && NO_VALUES_IN.test(rest)) place = 'raw';
      else if (place === 'raw' && /^<\/(script|style|iframe|noscript|template|xmp)>/i.test(rest))
        place = 'tag';
      else if (place === 'text' && /^<([a-z/]|$)/i.test(rest)) place = 'tag';
      else if (place === 'tag' && rest[0] === '"') {
        place = 'quoted';
        attribute = text.slice(0, at);
      } else if (place === 'quoted' && rest[0] === '"') place = 'tag';
      else if (place === 'tag' && rest[0] === "'") return wrong(strings, index, 'after a single quote');
      else if (place === 'tag' && rest[0] === '>') place = 'text';
    }
    if (index === strings.length - 1) break;
    if (place !== 'text' && place !== 'quoted') return wrong(strings, index, `in a ${place}`);
    if (place === 'quoted' && ACTIVE_ATTRIBUTE.test(attribute))
      return wrong(strings, index, 'in an active attribute');
  }
  return undefined;
}

function wrong(strings: readonly string[], index: number, where: string): string {
  return `a template has a value ${where}, where it cannot be escaped: …${strings[index]?.slice(-60)}\${…}`;
}
