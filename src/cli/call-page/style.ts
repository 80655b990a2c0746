/** How the page of a call looks: light and dark, on a phone, on paper. */

/** The style sheet. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f6f5f1, #14161a); --card: light-dark(#fff, #1c1f25); --ink: light-dark(#1c1d21, #e9e8e4);
  --soft: light-dark(#6b6c72, #9a9ca5); --line: light-dark(#e2e0d9, #2d3139);
  --caller: light-dark(#2b63c9, #79a7ff); --agent: light-dark(#0c8672, #4ecdb4); --tool: light-dark(#7b4fc9, #b79bf2);
  --cut: light-dark(#c2580c, #f7a35c); --bad: light-dark(#c42b43, #ff7d8f);
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px }
h1 { font-size: clamp(22px, 4vw, 30px); line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 4px; overflow-wrap: anywhere }
h2 { font-size: 13px; letter-spacing: 0.08em; text-transform: uppercase; color: var(--soft); margin: 36px 0 10px }
.when, .none, footer { color: var(--soft) }
.when { margin: 0 }
.facts { display: grid; grid-template-columns: repeat(6, 1fr); gap: 1px; margin: 24px 0 0; padding: 0;
  background: var(--line); border: 1px solid var(--line); border-radius: 12px; overflow: hidden }
.facts div { background: var(--card); padding: 14px 16px }
.facts dt { font-size: 13px; color: var(--soft) }
.facts dd { margin: 2px 0 0; font-size: 22px; font-weight: 600; white-space: nowrap; letter-spacing: -0.01em; font-variant-numeric: tabular-nums }
.facts small { display: block; font-size: 13px; color: var(--soft); overflow-wrap: anywhere }
.facts .bad dd { color: var(--bad) }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px }
.picture { display: grid; grid-template-columns: auto 1fr; padding: 12px 0 4px }
.lanes { position: relative; width: 68px; font-size: 13px; font-weight: 600 }
.lanes span { position: absolute; left: 16px }
.lanes .caller { top: 24px; color: var(--caller) } .lanes .agent { top: 96px; color: var(--agent) }
.lanes .wait { top: 146px; color: var(--soft) } .lanes .tools { top: 173px; color: var(--tool) }
.scroll { overflow-x: auto; overflow-y: hidden; padding-right: 16px }
.timeline { display: block; font: 11px system-ui, sans-serif; font-variant-numeric: tabular-nums }
.plays .timeline { cursor: pointer }
.timeline text { fill: var(--soft) }
.axis line { stroke: var(--line) } .axis .tick { stroke-dasharray: 1 5; opacity: 0.9 }
.timeline .caller > * { fill: var(--caller) } .timeline .agent > * { fill: var(--agent) }
.timeline .muted rect { fill: none; stroke: var(--soft); stroke-dasharray: 3 3 }
.wait rect { fill: var(--soft); opacity: 0.55 } .wait .long rect { fill: var(--bad); opacity: 1 } .wait .long text { fill: var(--bad); font-weight: 600 }
.timeline .tool rect { fill: var(--tool) } .timeline .tool text { fill: var(--tool) } .timeline .failed rect { fill: var(--bad) }
.timeline .key rect { fill: var(--card); stroke: var(--caller) } .timeline .key text { fill: var(--caller); font-weight: 600 }
.event line { stroke-width: 1.5 } .event text { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; font-weight: 600 }
.event .cut line { stroke: var(--cut) } .event .cut text { fill: var(--cut) }
.event .broke line { stroke: var(--bad) } .event .broke text { fill: var(--bad) }
.event .moved line { stroke: var(--tool) } .event .moved text { fill: var(--tool) }
  .timeline.printed { display: none }
#playhead { stroke: var(--ink); stroke-width: 2; pointer-events: none } #playhead[hidden] { display: none }
.player { position: sticky; top: 0; z-index: 1; margin: 12px -20px 0; padding: 8px 20px; background: var(--paper) }
.player audio { display: block; width: 100%; height: 44px }
.player p { margin: 4px 0 0; font-size: 13px; color: var(--soft) }
.transcript { list-style: none; margin: 0; padding: 8px 0 }
.transcript li { display: grid; grid-template-columns: 60px 68px 1fr; gap: 0 12px; padding: 7px 16px; border-left: 3px solid transparent; break-inside: avoid }
.transcript b { font-weight: 600 } .transcript .caller b { color: var(--caller) } .transcript .agent b { color: var(--agent) }
.transcript .tool b, .transcript .human b { color: var(--tool) } .transcript .note b, .transcript .key b { color: var(--soft) }
.transcript .now { background: color-mix(in srgb, var(--ink) 6%, transparent); border-left-color: var(--ink) }
.said { min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 70ch }
.time { font: inherit; font-size: 14px; line-height: 24px; font-variant-numeric: tabular-nums; color: var(--soft); background: none; border: 0; padding: 0; text-align: left }
button.time { cursor: pointer; text-decoration: underline dotted; text-underline-offset: 3px }
button.time:hover, button.time:focus-visible { color: var(--ink) }
.moment { font-size: 14px; color: var(--soft) } .moment span:last-child { grid-column: 2 / 4 }
.moment.barged-in span:last-child { color: var(--cut) }
.moment.stream-lost span:last-child, .moment.model-interrupted span:last-child, .moment.model-complained span:last-child { color: var(--bad) }
.cut { color: var(--cut); font-weight: 700 }
code, pre, kbd { font: 14px/1.45 ui-monospace, 'SF Mono', Menlo, Consolas, monospace }
pre { margin: 6px 0 0; padding: 8px 12px; background: var(--paper); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere }
pre.failed { color: var(--bad) }
kbd { padding: 1px 8px; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 6px }
.summary { margin: 0; padding: 14px 16px 0; max-width: 70ch }
.others { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 8px 24px; margin: 0; padding: 14px 16px; font-size: 14px }
.others dt { color: var(--soft) } .others dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
footer { margin-top: 32px; font-size: 13px }
@media (max-width: 960px) { .facts { grid-template-columns: repeat(3, 1fr) } }
@media (max-width: 600px) {
  main { padding: 20px 12px 48px } .player { margin: 12px -12px 0; padding: 8px 12px }
  .facts { grid-template-columns: 1fr 1fr } .facts div { padding: 10px 12px } .facts dd { font-size: 20px }
  .transcript li { grid-template-columns: 52px 1fr; padding: 8px 12px } .said { grid-column: 1 / 3 }
  .moment span:last-child { grid-column: 2 / 3 }
}
@media print {
  :root { color-scheme: light }
  body { background: #fff; font-size: 11pt } main { max-width: none; padding: 0 }
  .player { display: none } .card, .facts { break-inside: avoid } .transcript.card { break-inside: auto }
  .scroll { overflow: visible }   .scroll .timeline { display: none } .scroll .timeline.printed { display: block; width: 100% } .facts dd { font-size: 16pt } .lanes { display: none } .picture { display: block }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
`
