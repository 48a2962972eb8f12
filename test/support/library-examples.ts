/** The programs of docs/library.md, in their order. */
export function examplesOf(markdown: string): string[] {
  return Array.from(markdown.matchAll(/```js\n([\s\S]*?)```/g), ([, program]) => program!);
}
