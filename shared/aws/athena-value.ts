/** A value of Athena, which are all texts, as the service's JSON has it: integers within 2^53 and doubles are numbers. */
export function athenaValue(type: string, text: string | undefined): unknown {
  if (text === undefined) return null;
  switch (type.replace(/\(.*/, '')) {
    case 'bigint':
    case 'integer':
    case 'smallint':
    case 'tinyint': {
      const number = Number(text);
      return Number.isSafeInteger(number) ? number : text;
    }
    case 'double':
    case 'float':
    case 'real': {
      const number = Number(text);
      return Number.isFinite(number) ? number : text;
    }
    case 'boolean':
      return text === 'true';
    default:
      return text;
  }
}
