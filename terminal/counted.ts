/** `1 day`, `2 days`, `1,000 bytes`. */
export function counted(number: number, singular: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? singular : `${singular}s`}`;
}
