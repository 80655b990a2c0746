/**
 * The model's end of all calls. Every session goes round and round: the caller is heard for three seconds, then answered for
 * three, in deltas of 100 to 500 ms that come three times as fast as they are spoken, each with some words.
 */
import type { Runtime } from '../../src/runtime/runtime.ts'
import type { Socket } from '../../src/runtime/socket.ts'
import { type Audio, BYTES_PER_MS } from '../sockets/traffic.ts'
import { createTransit, type Transit } from './latency.ts'
import { bytesAfter, noise } from './text.ts'

export type Session = Readonly<{
  /** Says what is due; to be called as often as the caller sends a frame. */
  play: (nowMs: number, isCounted: boolean) => void
  /** What it says, on its way to the caller. */
  voice: Transit
}>

export type Model = Readonly<{
  url: string
  /** The next session, once it is set up; `hears` is told of the caller's audio in ms. */
  next: (hears: (ms: number, atMs: number) => void) => Promise<Session>
}>

/** Starts the model; times on the way to the caller are added to `took`. */
export const startModel = async (
  runtime: Runtime,
  audio: Audio,
  took: number[],
): Promise<Model> => {
  let expected: Expected | undefined
  const server = await runtime.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (_, connection) =>
      connection.accept((socket) => {
        socket.send('{"type":"session.created","event_id":"event_1","session":{"id":"sess_1"}}')
        const ours = expected
        expected = undefined
        return {
          message: (text) => {
            const ms = bytesAfter(text, '"audio":"') / BYTES_PER_MS[audio]
            if (ms > 0) return ours?.hears(ms, performance.now())
            if (!text.startsWith('{"type":"session.update"')) return
            const { session } = JSON.parse(text)
            socket.send(JSON.stringify({ type: 'session.updated', event_id: 'event_2', session }))
            ours?.resolve(createSession(socket, audio, took))
          },
          closed: () => {},
        }
      }),
  })
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    next: (hears) =>
      new Promise((resolve) => {
        expected = { hears, resolve }
      }),
  }
}

type Expected = Readonly<{
  hears: (ms: number, atMs: number) => void
  resolve: (session: Session) => void
}>

/** How long a conversation takes to go round. */
export const ROUND_MS = 8_000
const ANSWER_AT_MS = 3_400
const FASTER = 3
const DELTAS_MS = [100, 300, 500, 200, 400, 100, 300, 500, 200, 400]

/** One event of a round: when, and what. A delta also says how long it is. */
export type Cue = Readonly<{ atMs: number; deltaMs: number; event: string }>

/** The events of a round, with `@` for its number. */
export const scriptOf = (audio: Audio): readonly Cue[] => {
  const cue = (atMs: number, type: string, fields: object = {}, deltaMs = 0): Cue => {
    const event = { type, event_id: 'event_0123456789abcdef', ...fields }
    return { atMs, deltaMs, event: JSON.stringify(event) }
  }
  const part = { response_id: 'resp_@', item_id: 'item_a@', output_index: 0, content_index: 0 }
  const message = (id: string, role: string) => ({ id, type: 'message', role, content: [] })
  let spokenMs = 0
  const deltas = DELTAS_MS.flatMap((ms) => {
    const atMs = ANSWER_AT_MS + spokenMs / FASTER
    spokenMs += ms
    const delta = noise(ms * BYTES_PER_MS[audio])
    return [
      cue(atMs, 'response.output_audio_transcript.delta', { ...part, delta: ' some words' }),
      cue(atMs, 'response.output_audio.delta', { ...part, delta }, ms),
    ]
  })
  const endMs = ANSWER_AT_MS + spokenMs / FASTER
  const item_id = 'item_c@'
  return [
    cue(0, 'input_audio_buffer.speech_started', { audio_start_ms: 0, item_id }),
    cue(3000, 'input_audio_buffer.speech_stopped', { audio_end_ms: 3000, item_id }),
    cue(3000, 'input_audio_buffer.committed', { previous_item_id: null, item_id }),
    cue(3000, 'conversation.item.added', {
      previous_item_id: null,
      item: message(item_id, 'user'),
    }),
    cue(3000, 'response.created', { response: { id: 'resp_@', status: 'in_progress' } }),
    cue(3200, 'conversation.item.input_audio_transcription.completed', {
      item_id,
      transcript: 'Do you have time on Tuesday?',
    }),
    cue(3380, 'response.output_item.added', { item: message('item_a@', 'assistant') }),
    cue(3380, 'conversation.item.added', {
      previous_item_id: item_id,
      item: message('item_a@', 'assistant'),
    }),
    cue(3380, 'response.content_part.added', { ...part, part: { type: 'audio' } }),
    ...deltas,
    cue(endMs, 'response.output_audio.done', part),
    cue(endMs, 'response.output_audio_transcript.done', { ...part, transcript: 'some words' }),
    cue(endMs, 'response.content_part.done', { ...part, part: { type: 'audio' } }),
    cue(endMs, 'response.output_item.done', { item: message('item_a@', 'assistant') }),
    cue(endMs, 'response.done', { response: { id: 'resp_@', status: 'completed', usage: USAGE } }),
    cue(endMs, 'rate_limits.updated', { rate_limits: [] }),
  ]
}

const USAGE = {
  total_tokens: 350,
  input_tokens: 300,
  output_tokens: 50,
  input_token_details: { text_tokens: 200, audio_tokens: 100, cached_tokens: 0 },
  output_token_details: { text_tokens: 10, audio_tokens: 40 },
}

const scripts: Partial<Record<Audio, readonly Cue[]>> = {}

const createSession = (socket: Socket, audio: Audio, took: number[]): Session => {
  const script = scripts[audio] ??= scriptOf(audio)
  const voice = createTransit(took)
  // Calls began at any time, so no two are at the same point.
  let startMs = performance.now() + Math.random() * ROUND_MS
  let round = 1
  let at = 0
  return {
    voice,
    play: (nowMs, isCounted) => {
      for (; nowMs - startMs >= script[at].atMs; at++) {
        if (at === 0) voice.settle()
        const { deltaMs, event } = script[at]
        // The number is in the ids, which come first: nothing is looked for in the audio.
        const head = event.slice(0, 400).replaceAll('@', `${round}`)
        if (deltaMs > 0) voice.sent(deltaMs, performance.now(), isCounted)
        socket.send(head + event.slice(400))
        if (at < script.length - 1) continue
        at = -1
        round += 1
        startMs += ROUND_MS
      }
    },
  }
}
