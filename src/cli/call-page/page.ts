/**
 * One call as one page: facts, picture, sound, transcript, all in one file that asks nobody for anything. What callers and tools said is
 * text in it and nothing else: it is escaped where it stands, and the page's own policy lets no script run but this one.
 */
import { html, raw } from 'hono/html'
import { type CallLine, inOrder } from '../../record/record.ts'
import type { WholeCall } from '../../store/record-store.ts'
import { VERSION } from '../../version.ts'
import { timeOf } from '../call-story.ts'
import { alignLines, type Place } from './align.ts'
import { type Envelope, envelopeOf } from './envelope.ts'
import { type Fact, mainFacts, otherFacts } from './facts.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'
import { laneNames, timeline } from './timeline.ts'
import { transcript } from './transcript.ts'

export type CallPageOptions = Readonly<{
  whole: WholeCall
  /** The stereo recording; absent where there is none, or it is not wanted in the page. */
  recording: Uint8Array<ArrayBuffer> | undefined
}>

/** Writes the page. */
export const callPage = async (
  { whole, recording }: CallPageOptions,
): Promise<string> => {
  const { call, moments, lines, messages, summary } = whole
  const envelope = recording && envelopeOf(recording)
  const startsAt = moments.find(({ kind }) => kind === 'caller-connected')?.at ?? call.startedAt
  const last = Math.max(startsAt, ...lines.map(({ at }) => at), ...moments.map(({ at }) => at))
  const endsAt = Math.max(call.endedAt ?? last, startsAt + (envelope?.durationMs ?? 0))
  const sound = recording && envelope ? recording : undefined
  const title = `${
    call.direction === 'inbound' ? `${call.from} called` : `${call.to} was called by`
  } ${call.customer}`
  const when = `${timeOf(call.startedAt)} UTC`
  const places = alignLines(inOrder(lines), startsAt, envelope)
  const pictures = (['screen', 'paper'] as const)
    .map((on) => timeline({ whole, startsAt, endsAt, envelope, places, on }))
  const page = html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="${await policy()}">
        <meta name="referrer" content="no-referrer">
        <title>${title}, ${when}</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body class="${sound ? 'plays' : ''}">
    <main>
    <h1>${title}</h1>
    <p class="when">${when}</p>
    <dl class="facts">${mainFacts(call).map(factCard)}</dl>
    ${summary?.summary === undefined ? '' : html`
      <h2>Summary</h2>
      <div class="card"><p class="summary">${summary.summary}</p>${others([
        { name: 'outcome', value: summary.outcome ?? '' },
        ...Object.entries(summary.fields ?? {}).map(([name, value]) => ({
          name,
          value: typeof value === 'string' ? value : JSON.stringify(value),
        })),
      ])}</div>
    `}
    <h2>Timeline</h2>
    <div class="card picture">${laneNames(moments)}<div class="scroll">${pictures}</div></div>
    ${envelope
      ? ''
      : html`<p class="none">Drawn without a recording: how long somebody spoke is guessed from the words.</p>`}
    ${player(sound, envelope, [...places].some(isMuted))}
    <h2>Transcript</h2>
    <div class="card">${transcript(whole, {
      startsAt,
      places,
      canPlay: sound !== undefined,
    })}</div>
    ${messages.length === 0 ? '' : html`
      <h2>Messages</h2>
      <div class="card">
        ${others(messages.map((each) => ({ name: each.for ?? 'Message', value: each.text })))}
      </div>
    `}
    <h2>Facts</h2>
    <div class="card">${others(otherFacts(call))}</div>
    <footer>Tandem ${VERSION}. Times count from when the line opened; a line of the agent that ends in <span class="cut">…</span> was heard only so far.</footer>
    </main>
    ${sound ? html`<script>${raw(SCRIPT)}</script>` : ''}
      </body>
    </html>
  `
  return String(await page)
}

const others = (facts: readonly Pick<Fact, 'name' | 'value'>[]) =>
  html`<dl class="others">${
    facts.map(({ name, value }) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )
  }</dl>`

const factCard = ({ name, value, note = '', isBad = false }: Fact) =>
  html`<div class="${
    isBad ? 'bad' : ''
  }"><dt>${name}</dt><dd>${value}</dd><small>${note}</small></div>`

const isMuted = ([{ kind }, { isHeard }]: readonly [CallLine, Place]): boolean =>
  !isHeard && (kind === 'caller' || kind === 'agent')

const player = (
  sound: Uint8Array | undefined,
  envelope: Envelope | undefined,
  isPartlyMuted: boolean,
) =>
  sound && envelope
    ? html`
      <div class="player">
        <audio controls preload="metadata" src="data:audio/wav;base64,${sound.toBase64()}"></audio>
        <p>Caller on the left, agent on the right. Click the picture or a time to play from there.${isPartlyMuted
          ? ' What is in a frame was said, and is not in the recording.'
          : ''}</p>
      </div>
    `
    : ''

/** Styles are the page's own; of scripts there is one, which is known by its hash. */
const policy = async (): Promise<string> => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(SCRIPT))
  const script = `'sha256-${new Uint8Array(hash).toBase64()}'`
  return `default-src 'none'; style-src 'unsafe-inline'; media-src data:; script-src ${script}; base-uri 'none'; form-action 'none'`
}
