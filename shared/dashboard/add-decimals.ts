/** `1.50`, `-0.25` → `1.25`: decimals of two digits, exact at any size. */
export function addDecimals(texts: readonly string[]): string {
  const cents = texts.reduce((sum, text) => {
    const [whole = '0', fraction = ''] = text.split('.');
    return sum + BigInt(`${whole}${fraction.padEnd(2, '0').slice(0, 2)}`);
  }, 0n);
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
