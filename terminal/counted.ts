/** `1 day`, `2 days`, `1,000 bytes`. */
export function counted(number: number, singular: string): string {
  return `${grouped(number)} ${number === 1 ? singular : `${singular}s`}`;
}

/** To load the rules of a language takes a hundredth of a second: too long for whoever waits for a conversion to begin. */
function grouped(number: number): string {
  if (!Number.isSafeInteger(number)) return number.toLocaleString('en');
  return String(number).replace(/(?<=\d)(?=(?:\d{3})+$)/g, ',');
}
