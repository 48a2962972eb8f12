/** What a report has besides the look of every page of ours. */
export const REPORT_STYLE = `
.report { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
.report > header { margin-bottom: 1.25rem; }
.report > header p { margin: .25rem 0 0; }
.report section { margin-top: 1.25rem; }
.verdict { border-inline-start: 6px solid var(--accent); }
.verdict.good { border-inline-start-color: var(--good); }
.verdict.warn { border-inline-start-color: var(--warn); }
.verdict.bad { border-inline-start-color: var(--bad); }
.verdict .said { font-size: 1.25rem; line-height: 1.4; margin: .75rem 0 0; font-weight: 500; max-width: 60ch; }
.verdict .said + p { margin-top: .5rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1.25rem 1.5rem; margin: 1.5rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid var(--line); }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dt { color: var(--faint); font-size: .8125rem; overflow-wrap: anywhere; }
.figures dd { margin: 0; font-size: 1.3rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.figures .wide { grid-column: span 2; }
.tasks { list-style: none; margin: 0; padding: 0; }
.tasks li { padding: .75rem 0; border-top: 1px solid var(--line); }
.tasks li:first-child { border-top: 0; padding-top: 0; }
.tasks p { margin: .25rem 0; max-width: none; overflow-wrap: anywhere; }
.tasks code { display: block; margin-top: .35rem; padding: .4rem .6rem; background: var(--band); border-radius: 4px; overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; margin: 1rem 0 0; padding: 0; font-size: .875rem; }
figure { margin: 0 0 1rem; }
figure svg { display: block; width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .5rem; padding: 0; list-style: none; font-size: .8125rem; color: var(--faint); }
.legend svg { width: 1.6em; height: .8em; margin-inline-end: .4em; display: inline-block; vertical-align: -.05em; }
.s1 { fill: var(--series1); } .s2 { fill: var(--series2); } .s3 { fill: var(--series3); } .s4 { fill: var(--series4); }
.edge { fill: var(--ink); } .lane { fill: var(--band); } .late { fill: var(--bad); } .now { fill: var(--accent); } .past { fill: var(--series2); }
.wait { fill: none; stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 2; }
.cut { stroke: var(--paper); stroke-width: 1; }
.mark { stroke: var(--ink); stroke-width: 1.5; } .mark.due { stroke: var(--bad); stroke-dasharray: 5 3; }
.bar { width: 28%; min-width: 7rem; }
.bar svg { width: 100%; height: .8em; display: block; margin-top: .35em; }
.three { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1.5rem; }
.three figcaption { font-size: .8125rem; color: var(--faint); margin-bottom: .25rem; }
.sum { list-style: none; margin: .5rem 0 0; padding: 0; }
.sum li { padding: .2rem 0; font-variant-numeric: tabular-nums; }
td .state { font-size: .75rem; }
td code, td .bytes { overflow-wrap: anywhere; white-space: pre-wrap; }
.examples { list-style: none; margin: 0; padding: 0; }
.examples li { padding: .2rem 0; }
.days { table-layout: fixed; min-width: 44rem; }
.whole { white-space: nowrap; }
footer { margin-top: 1.5rem; }
.days td, .days th { text-align: center; padding: .35rem; border: 1px solid var(--line); vertical-align: top; height: 3.6rem; }
.days td:first-child, .days th:first-child { padding-left: .35rem; } .days td:last-child, .days th:last-child { padding-right: .35rem; }
.days thead th { height: auto; }
.days .state { font-size: .6875rem; padding: .05rem .35rem; white-space: normal; }
.sign { display: none; }
@media print {
  .report { padding: 0; max-width: none; }
  nav { display: none; }
  .card { border-top: 1px solid var(--line); padding: 5mm 0 0; }
  .verdict { border-top: 0; padding-inline-start: 4mm; }
  .sign { display: grid; grid-template-columns: 2fr 1fr; gap: 10mm; margin-top: 14mm; break-inside: avoid; }
  .sign div { border-top: 1px solid var(--ink); padding-top: 1mm; color: var(--faint); }
  details::details-content { content-visibility: visible; block-size: auto; }
  .three { grid-template-columns: repeat(3, 1fr); }
}`;
