import type { DocumentNode, ValueNode } from '@humanwhocodes/momoa';

/** A place in the text of a layout file, from 1. */
interface Place {
  line: number;
  column: number;
}

/** Where the parts of a layout file stand in its text. */
export class LayoutPlaces {
  readonly #root: ValueNode;
  /** `fields[3].start` → the place of its key, or of the value if it is in a list. */
  readonly #places = new Map<string, Place>();
  /** Name of a field or record type → its place. */
  readonly #names = new Map<string, Place>();
  readonly #repeated: (Place & { key: string })[] = [];

  constructor({ body }: DocumentNode) {
    this.#root = body;
    this.#walk(body, '');
  }

  /** The place that a problem is about: that of the longest path it quotes, or of what it quotes by name; else the beginning. */
  placeOf(problem: string): Place {
    const quoted = [...problem.matchAll(/'([^']+)'/g)].map(([, text = '']) => text);
    for (const text of quoted) {
      // A key that is missing is looked for at the place of what should have it.
      for (let path: string | undefined = text.replace(/ \(.*\)$/, ''); path; path = parentOf(path)) {
        const place = this.#places.get(path);
        if (place) return place;
      }
      const named = this.#names.get(text);
      if (named) return named;
    }
    const { line, column } = this.#root.loc.start;
    return { line, column };
  }

  repeatedKeys(): (Place & { key: string })[] {
    return this.#repeated;
  }

  #walk(node: ValueNode, path: string): void {
    if (node.type === 'Array') {
      for (const [index, { value }] of node.elements.entries()) {
        const { line, column } = value.loc.start;
        this.#places.set(`${path}[${index}]`, { line, column });
        this.#walk(value, `${path}[${index}]`);
      }
    } else if (node.type === 'Object') {
      const keys = new Set<string>();
      for (const { name, value } of node.members) {
        const key = name.type === 'String' ? name.value : name.name;
        const { line, column } = name.loc.start;
        if (keys.has(key)) this.#repeated.push({ key, line, column });
        keys.add(key);
        const at = path === '' ? key : `${path}.${key}`;
        this.#places.set(at, { line, column });
        if (key === 'name' && value.type === 'String') this.#names.set(value.value, { line, column });
        this.#walk(value, at);
      }
    }
  }
}

/** `fields[3].start` → `fields[3]` → `fields` → undefined */
function parentOf(path: string): string | undefined {
  const end = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
  return end > 0 ? path.slice(0, end) : undefined;
}
