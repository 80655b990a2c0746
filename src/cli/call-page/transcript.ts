/** What was said and what happened, in order, each with its time. */
import { html } from 'hono/html'
import type { CallLine } from '../../record/record.ts'
import type { WholeCall } from '../../store/record-store.ts'
import { type StoryItem, storyItems } from '../call-story.ts'
import type { Place } from './align.ts'
import { clockOf } from './facts.ts'

type Html = ReturnType<typeof html>

const SPEAKERS: Readonly<Record<CallLine['kind'], string>> = {
  caller: 'Caller',
  agent: 'Agent',
  human: 'Human',
  note: 'Note',
  tool: 'Tool',
  key: 'Key',
}

export type TranscriptOptions = Readonly<{
  /** When the recording begins, in ms since 1970. */
  startsAt: number
  /** Where each line begins in the recording. */
  places: ReadonlyMap<CallLine, Place>
  /** Whether there is a recording: then a time can be clicked. */
  canPlay: boolean
}>

/** Writes the transcript. */
export const transcript = (whole: WholeCall, options: TranscriptOptions): Html => {
  const items = storyItems(whole)
  return items.length === 0
    ? html`<p class="none">Of what was said nothing is kept.</p>`
    : html`<ol class="transcript">${items.map((item) => row(item, options))}</ol>`
}

const row = (item: StoryItem, { startsAt, places, canPlay }: TranscriptOptions): Html => {
  const place = item.is === 'line' ? places.get(item.line) : undefined
  const ms = Math.round(place?.ms ?? Math.max(0, item.at - startsAt))
  const time = clockOf(ms)
  const when = canPlay
    ? html`<button type="button" class="time" aria-label="Play from ${time}">${time}</button>`
    : html`<span class="time">${time}</span>`
  return item.is === 'line'
    ? html`
      <li class="${item.line.kind}"
        data-ms="${ms}">${when}<b>${SPEAKERS[item.line.kind]}</b><div class="said">${saidIn(
          item.line,
        )}</div></li>
    `
    : html`<li class="moment ${item.kind}" data-ms="${ms}">${when}<span>${item.text}</span></li>`
}

const saidIn = ({ kind, text, heardMs, tool }: CallLine): Html | string => {
  if (tool) {
    const given = tool.given === '' || tool.given === '{}' ? '' : html`<pre>${tool.given}</pre>`
    const result = html`<pre class="${tool.failed ? 'failed' : 'result'}">${tool.result}</pre>`
    return html`<code>${text}</code>${given}${tool.result === '' ? '' : result}`
  }
  if (kind === 'key') return html`<kbd>${text}</kbd>`
  return heardMs === undefined
    ? text
    : html`${text}<span class="cut" title="The caller heard it as far as this.">…</span>`
}
