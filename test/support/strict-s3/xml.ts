export function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"]/g, (sign) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[sign] ?? ''};`)
      // XML 1.0 has no way to write these, and each parser makes something else of them: here they are lost.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '\ufffd')
  );
}

function plain(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** The contents of all elements of this name, as they stand in the document. */
export function elements(document: string, name: string): string[] {
  return [...document.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(
    ([, content = '']) => content,
  );
}

/** The text of the first element of this name. */
export function textOf(document: string, name: string): string | undefined {
  const [content] = elements(document, name);
  return content === undefined ? undefined : plain(content);
}

/** A document of S3 from names and values; an array becomes several elements. */
export function xml(name: string, members: Record<string, unknown>): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, members)}`;
}

function element(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join('');
  const content =
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .map(([member, held]) => element(member, held))
          .join('')
      : escaped(String(value));
  return `<${name}>${content}</${name}>`;
}
