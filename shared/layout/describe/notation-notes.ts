import type { BytePlace, NumberNotation, Point } from '../number-notation.ts';

/** How the number is written, as far as the layout says it. */
export function notationNotes(
  { marks, signFrom, scaleFrom, ...said }: NumberNotation,
  point: Point,
): (string | false | undefined)[] {
  const at = ({ startByte, endByte }: BytePlace) =>
    endByte === startByte + 1 ? `at ${endByte}` : `at ${startByte + 1} to ${endByte}`;
  return [
    said.decimalPoint &&
      `decimals after '${said.decimalPoint}'${point === 'optional' ? ', if there is one' : ''}`,
    said.thousands && `thousands by '${said.thousands}'`,
    said.justify === 'left' && 'digits to the left',
    said.overpunch && `signed digits of ${said.overpunch}`,
    signFrom && `sign ${at(signFrom)}`,
    marks.negative.length > 0 && `minus is ${marks.negative.join(' ')}`,
    marks.positive.length > 0 && `plus is ${marks.positive.join(' ')}`,
    said.blankSign === 'positive' && 'no sign is plus',
    scaleFrom && `number of decimals ${at(scaleFrom)}`,
    said.nul !== 'reject' && `NUL is ${said.nul === 'zero' ? 'zero' : 'a blank'}`,
  ];
}
