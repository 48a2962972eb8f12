import { colourVariables, DARK, LIGHT } from './colours.ts';

/** Colours in light and dark, as the system or `data-theme` of the root says; printed pages are light. */
const THEME = `
:root { color-scheme: light; ${colourVariables(LIGHT)} }
:root[data-theme="dark"] { color-scheme: dark; ${colourVariables(DARK)} }
@media screen and (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) { color-scheme: dark; ${colourVariables(DARK)} }
}`;

/** Letters, spaces, links, and what has the focus. Spaces are multiples of a quarter rem. */
const TYPE = `
*, ::before, ::after { box-sizing: border-box; }
html { font: 400 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -.01em; margin: 0; }
h2 { font-size: 1.2rem; line-height: 1.3; font-weight: 650; margin: 0 0 .75rem; }
h3 { font-size: 1rem; font-weight: 650; margin: 1.5rem 0 .5rem; }
p { margin: 0 0 .75rem; max-width: 70ch; }
a { color: var(--accent); text-underline-offset: .15em; }
code, pre, .bytes { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.faint { color: var(--faint); }
.strong { font-weight: 650; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.for-readers { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; background: var(--paper); padding: .5rem 1rem; z-index: 2; }
.skip:focus { top: 1rem; }`;

/** Tables: numbers to the right, in figures of one width; a wide one scrolls by itself. */
const TABLES = `
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: start; color: var(--faint); padding-bottom: .5rem; }
th, td { padding: .375rem .75rem; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--faint); font-weight: 500; font-size: .8125rem; white-space: nowrap; }
tbody th { font-weight: 500; overflow-wrap: anywhere; min-width: 8rem; }
tfoot th, tfoot td { font-weight: 650; border-bottom: 0; border-top: 2px solid var(--line); }
.number { text-align: end; white-space: nowrap; }`;

/** A block of a page, and the word that says a state: with a sign, since a colour alone says nothing. */
const BLOCKS = `
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 1.5rem; }
.state { display: inline-flex; gap: .4em; align-items: baseline; padding: .05rem .55rem; border-radius: 999px; font-weight: 600; font-size: .8125rem; white-space: nowrap; background: var(--band); color: var(--ink); }
.state.good { background: var(--good-ground); color: var(--good); }
.state.warn { background: var(--warn-ground); color: var(--warn); }
.state.bad { background: var(--bad-ground); color: var(--bad); }
.state.busy { background: var(--accent-ground); color: var(--accent); }
button, .button { font: inherit; color: var(--accent); background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .8rem; cursor: pointer; }
summary { cursor: pointer; color: var(--accent); padding: .25rem 0; }
svg text { font: 12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
svg .faint { fill: var(--faint); }
svg .axis { stroke: var(--line); stroke-width: 1; }`;

/** Paper: no shadows, no folded parts, no block cut in two if it fits a page, addresses of links that lead outside left out. */
const PRINT = `
@page { margin: 14mm; }
@media print {
  html { font-size: 10.5pt; }
  body { background: none; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .card { border: 0; padding: 0; border-radius: 0; }
  .scroll { overflow: visible; }
  table { font-size: .85em; }
  th, td { padding: .25rem .4rem; }
  thead th { white-space: normal; vertical-align: bottom; }
  tbody th { min-width: 6.5rem; }
  .screen, .skip, summary { display: none; }
  tr, svg, figure { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  thead { display: table-header-group; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
@media (forced-colors: active) { .state { border: 1px solid; } }`;

/** What every page of ours begins with: colours, type, tables, blocks, print. */
export const PAGE_STYLE: string = [THEME, TYPE, TABLES, BLOCKS, PRINT].join('\n');
