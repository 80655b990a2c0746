/**
 * The picture of a call: who spoke when, how long the caller waited, what the agent had done, where the caller cut in. Where there is
 * a recording its loudness is drawn; without one, and where it is muted, blocks as long as the words would take.
 */
import { html } from 'hono/html'
import type { CallLine, CallMoment } from '../../record/record.ts'
import type { WholeCall } from '../../store/record-store.ts'
import { formatMs } from '../format.ts'
import { MS_PER_LETTER, type Place } from './align.ts'
import { coarser, type Envelope } from './envelope.ts'
import { clockOf, LONG_WAIT_MS } from './facts.ts'

/** What is drawn; times are ms since 1970. */
export type TimelineOptions = Readonly<{
  whole: WholeCall
  /** When the recording begins, and so the picture. */
  startsAt: number
  endsAt: number
  envelope: Envelope | undefined
  /** Where each line begins in the recording. */
  places: ReadonlyMap<CallLine, Place>
  /** For a screen it is as long as the call is, for paper as wide as a page. */
  on: 'screen' | 'paper'
}>

type Html = ReturnType<typeof html>

/** How wide a second is; long calls are scrolled, short ones fill the page. */
const PX_PER_S = 12
const LEAST_PX = 1_000
const MOST_PX = 30_000
/** More than that nobody sees. */
const MOST_STEPS = 4_000

const LANES = { caller: 34, agent: 106, wait: 158, tools: 184 }
const HALF_LANE = 28
/** Below the lanes; there is none for tools where none was used. */
const axisOf = (moments: readonly CallMoment[]): number => hasTools(moments) ? 206 : 182
const AXIS_HEIGHT = 18

/** Whether the agent had anything done. */
const hasTools = (moments: readonly CallMoment[]): boolean =>
  moments.some(({ kind }) => kind === 'tool-returned')

/** Draws it, as SVG. */
export const timeline = (options: TimelineOptions): Html => {
  const { whole, startsAt, endsAt, envelope, places, on } = options
  const lengthMs = Math.max(1_000, endsAt - startsAt)
  const asLong = Math.min(MOST_PX, Math.round(lengthMs / 1000 * PX_PER_S))
  const width = on === 'paper' ? LEAST_PX : Math.max(LEAST_PX, asLong)
  const x = (at: number) => round(Math.min(1, Math.max(0, (at - startsAt) / lengthMs)) * width)
  const { lines, moments } = whole
  const told = lines.map((line) => ({ line, at: line.at }))
  const muted = [...places].flatMap(([line, { ms, isHeard }]) =>
    isHeard ? [] : [{ line, at: startsAt + ms }]
  )
  const bottom = axisOf(moments)
  return html`
    <svg class="${on === 'paper'
      ? 'timeline printed'
      : 'timeline'}" viewBox="0 0 ${width} ${bottom +
      AXIS_HEIGHT}" style="width:max(100%,${width}px)"
      data-ms="${Math.round(lengthMs)}" role="img" aria-label="Who spoke when">
    ${axis(width, lengthMs, bottom)}
    <g class="caller">${envelope
      ? wave(coarser(envelope.caller, MOST_STEPS), LANES.caller, x(startsAt + envelope.durationMs))
      : blocks(told, ['caller'], LANES.caller, x)}</g>
    <g class="agent">${envelope
      ? wave(coarser(envelope.agent, MOST_STEPS), LANES.agent, x(startsAt + envelope.durationMs))
      : blocks(told, ['agent', 'human'], LANES.agent, x)}</g>
    <g class="muted">${envelope
      ? [blocks(muted, ['caller'], LANES.caller, x), blocks(muted, ['agent'], LANES.agent, x)]
      : ''}</g>
    <g class="wait">${waits(moments, x)}</g>
    <g class="tool">${tools(moments, x)}</g>
    <g class="key">${keys(lines, x)}</g>
    <g class="event">${events(moments, x)}</g>
    ${on === 'paper'
      ? ''
      : html`<line id="playhead" x1="0" x2="0" y1="0" y2="${bottom - 8}" hidden></line>`}
    </svg>
  `
}

const axis = (width: number, lengthMs: number, bottom: number): Html => {
  const stepMs = STEPS_MS.find((step) => step / lengthMs * width >= 70) ?? lengthMs
  const ticks = Array.from({ length: Math.floor(lengthMs / stepMs) + 1 }, (_, at) => at * stepMs)
  return html`<g class="axis">${
    [LANES.caller, LANES.agent].map((y) =>
      html`<line x1="0" x2="${width}" y1="${y}" y2="${y}"></line>`
    )
  }${
    ticks.map((ms) => {
      const x = round(ms / lengthMs * width)
      const anchor = ms === 0 ? 'start' : x > width - 20 ? 'end' : 'middle'
      return html`
        <line class="tick" x1="${x}" x2="${x}" y1="4" y2="${bottom - 8}"></line>
        <text x="${x}" y="${bottom + 10}" text-anchor="${anchor}">${clockOf(ms)}</text>
      `
    })
  }</g>`
}

const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800].map((s) => s * 1_000)

const wave = (loudness: readonly number[], y: number, width: number): Html => {
  const step = width / loudness.length
  const edge = (sign: 1 | -1) =>
    loudness.map((each, at) =>
      `${round((at + 0.5) * step)},${round(y + sign * Math.max(0.6, each * HALF_LANE))}`
    )
  return html`<polygon points="${[...edge(-1), ...edge(1).reverse()].join(' ')}"></polygon>`
}

const blocks = (
  lines: readonly Readonly<{ line: CallLine; at: number }>[],
  kinds: readonly CallLine['kind'][],
  y: number,
  x: (at: number) => number,
): readonly Html[] =>
  lines.filter(({ line: { kind, text } }) => kinds.includes(kind) && text !== '').map((each) => {
    const { line, at } = each
    const spokenMs = line.heardMs ?? line.text.length * MS_PER_LETTER
    const from = x(at)
    return html`
      <rect x="${from}" y="${y - 14}" width="${round(
        Math.max(3, x(at + spokenMs) - from),
      )}" height="28" rx="5">
        <title>${line.text}</title>
      </rect>
    `
  })

const waits = (moments: readonly CallMoment[], x: (at: number) => number): readonly Html[] => {
  let labelledTo = -Infinity
  return moments.flatMap(({ at, kind, data: { latencyMs } }) => {
    if (kind !== 'agent-speaking' || typeof latencyMs !== 'number') return []
    const from = x(at - latencyMs)
    const width = Math.max(2, x(at) - from)
    const label = formatMs(latencyMs)
    const isShown = from > labelledTo
    if (isShown) labelledTo = from + label.length * 7
    return [
      html`
        <g
          class="${latencyMs > LONG_WAIT_MS ? 'long' : ''}"><rect x="${from}" y="${LANES.wait -
            12}" width="${round(
              width,
            )}" height="5" rx="2.5"><title>the caller waited ${label}</title></rect>${isShown
            ? html`<text x="${from}" y="${LANES.wait + 6}">${label}</text>`
            : ''}</g>
      `,
    ]
  })
}

const tools = (moments: readonly CallMoment[], x: (at: number) => number): readonly Html[] =>
  moments.flatMap(({ at, kind, data: { name, afterMs, failed } }) => {
    if (kind !== 'tool-returned' || typeof afterMs !== 'number') return []
    const from = x(at - afterMs)
    return [
      html`
        <g class="${failed === true ? 'failed' : ''}">
          <rect x="${from}" y="${LANES.tools - 9}" width="${round(
            Math.max(4, x(at) - from),
          )}" height="14" rx="4">
            <title>${String(name)}, ${formatMs(afterMs)}</title>
          </rect>
          <text x="${round(Math.max(4, x(at) - from) + from + 5)}" y="${LANES.tools + 2}">${String(
            name,
          )}</text>
        </g>
      `,
    ]
  })

const keys = (lines: readonly CallLine[], x: (at: number) => number): readonly Html[] =>
  lines.filter(({ kind }) => kind === 'key').map(({ at, text }) =>
    html`
      <g>
        <rect x="${x(at) - 8}" y="${LANES.caller + HALF_LANE -
          10}" width="16" height="16" rx="4"></rect>
        <text x="${x(at)}" y="${LANES.caller + HALF_LANE + 2}" text-anchor="middle">${text}</text>
      </g>
    `
  )

const EVENTS: ReadonlyMap<string, readonly [kind: string, label: string]> = new Map([
  ['barged-in', ['cut', 'cuts in']],
  ['stream-lost', ['broke', 'line lost']],
  ['model-interrupted', ['broke', 'model lost']],
  ['model-complained', ['broke', 'model complains']],
  ['transferring', ['moved', 'put through']],
  ['handed-off', ['moved', 'handed on']],
])

const events = (moments: readonly CallMoment[], x: (at: number) => number): readonly Html[] =>
  moments.flatMap(({ at, kind }) => {
    const [look, label] = EVENTS.get(kind) ?? []
    if (label === undefined) return []
    return [
      html`
        <g class="${look}">
          <line x1="${x(at)}" x2="${x(at)}" y1="4" y2="${LANES.agent + HALF_LANE + 4}"></line>
          <text x="${x(at) + 5}" y="${(LANES.caller + LANES.agent) / 2 + 4}">${label}</text>
        </g>
      `,
    ]
  })

const round = (value: number): number => Math.round(value * 10) / 10

/** The names of the lanes, beside what is scrolled. */
export const laneNames = (moments: readonly CallMoment[]): Html =>
  html`
    <div class="lanes"
      aria-hidden="true"><span class="caller">Caller</span><span class="agent">Agent</span><span class="wait">Waits</span>${hasTools(
          moments,
        )
        ? html`<span class="tools">Tools</span>`
        : ''}</div>
  `
