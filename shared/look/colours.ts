/**
 * The colours of our pages, by what they say. Nothing is said by a colour alone: a state has a word and a sign, a series a label. Every
 * text has a contrast of 4.5 on its ground, in light and in dark (WCAG AA); test/look holds them to it.
 */
export type ColourName =
  | 'paper'
  | 'ground'
  | 'ink'
  | 'faint'
  | 'line'
  | 'accent'
  | 'accentGround'
  | 'good'
  | 'goodGround'
  | 'warn'
  | 'warnGround'
  | 'bad'
  | 'badGround'
  | 'series1'
  | 'series2'
  | 'series3'
  | 'series4'
  | 'band';

export const LIGHT: Record<ColourName, string> = {
  paper: '#ffffff',
  ground: '#f5f6f4',
  ink: '#1c2733',
  faint: '#55616e',
  line: '#d8dcd9',
  accent: '#175e7d',
  accentGround: '#e3eff4',
  good: '#1b6b45',
  goodGround: '#e4f2ea',
  warn: '#7a5200',
  warnGround: '#fbf0d6',
  bad: '#a3271d',
  badGround: '#fbe7e4',
  series1: '#175e7d',
  series2: '#6ba3bd',
  series3: '#8a7a4f',
  series4: '#c9b981',
  band: '#eef0ed',
};

export const DARK: Record<ColourName, string> = {
  paper: '#182028',
  ground: '#11171d',
  ink: '#e6eaec',
  faint: '#a3afb9',
  line: '#35414c',
  accent: '#84c5e0',
  accentGround: '#1b3542',
  good: '#7fd0a3',
  goodGround: '#17352a',
  warn: '#e8bf6a',
  warnGround: '#3a2e14',
  bad: '#f2988c',
  badGround: '#43211e',
  series1: '#84c5e0',
  series2: '#4a87a1',
  series3: '#cbb87f',
  series4: '#8c7d50',
  band: '#1f2932',
};

/** The colours as custom properties, `--accent-ground: #e3eff4;`. */
export function colourVariables(colours: Record<ColourName, string>): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${value};`)
    .join(' ');
}
