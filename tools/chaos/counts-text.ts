/** Names and counts as two aligned columns under a heading. */
export function countsText(heading: string, counts: [name: string, count: number][]): string {
  const nameWidth = Math.max(heading.length, ...counts.map(([name]) => name.length));
  const countWidth = Math.max(...counts.map(([, count]) => String(count).length));
  const lines = counts.map(
    ([name, count]) => `  ${name.padEnd(nameWidth)}  ${String(count).padStart(countWidth)}`,
  );
  return [heading, ...lines].join('\n');
}
