import { describe, expect, it } from 'vitest';
import { type ColourName, colourVariables, DARK, LIGHT } from '../../shared/look/colours.ts';

/** Words and the grounds that they stand on. */
const PAIRS: [ColourName, ColourName][] = [
  ...(['ink', 'faint', 'accent', 'good', 'warn', 'bad'] as const).flatMap(
    (word): [ColourName, ColourName][] => [
      [word, 'paper'],
      [word, 'ground'],
    ],
  ),
  ['ink', 'band'],
  ['good', 'goodGround'],
  ['warn', 'warnGround'],
  ['bad', 'badGround'],
  ['accent', 'accentGround'],
];

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('colours in %s', (_, colours) => {
  it.each(PAIRS)('%s on %s can be read (contrast 4.5)', (word, ground) => {
    expect(contrast(colours[word], colours[ground])).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    'series1',
    'series2',
    'series3',
    'series4',
  ] as const)('%s can be told from paper (contrast 1.5)', (series) => {
    expect(contrast(colours[series], colours.paper)).toBeGreaterThanOrEqual(1.5);
  });
});

it('names of colours are those of custom properties', () => {
  expect(colourVariables(LIGHT)).toContain(`--accent-ground: ${LIGHT.accentGround};`);
});

/** WCAG 2.2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
