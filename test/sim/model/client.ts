/**
 * A client of the built-in model on a fake clock, joined to it in memory: says things, and has a
 * list of what came back.
 */
import { base64Encode } from '../../../src/audio/base64.ts'
import { createIds } from '../../../src/sim/model/ids.ts'
import type { McpFetch } from '../../../src/sim/model/mcp-client.ts'
import { PARROT, type Scenario } from '../../../src/sim/model/scenario.ts'
import { createModelSession, type ModelSession } from '../../../src/sim/model/session.ts'
import { encodeSound, samplesIn, type Sound } from '../../../src/sim/model/sound.ts'
import type { AudioFormat } from '../../../src/sim/model/events.ts'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts'
import { createSocketPair } from '../../../src/sim/virtual/socket-pair.ts'
import { clips } from './bundled.ts'

/**
 * An event as a client reads it: its type, and whatever else is in it, by path (`response.status`).
 */
export type Read = Readonly<
  { type: string; atMs: number; text: string; get: (path: string) => unknown }
>

export type Client = Readonly<{
  clock: FakeClock
  session: ModelSession
  /** Everything that came, in order; what was no JSON has the type `(no JSON)`. */
  events: readonly Read[]
  closes: readonly Readonly<{ code: number; reason: string }>[]
  send: (event: unknown) => void
  sendText: (text: string) => void
  /** Speaks as fast as time goes, in pieces of 20 ms. */
  say: (sound: Sound) => void
  silence: (ms: number) => void
  types: (prefix?: string) => readonly string[]
  all: (type: string) => readonly Read[]
  last: (type: string) => Read
}>

/** Opens a session and lets its beginning pass. */
export const openSession = (
  scenario: Partial<Scenario> = {},
  options: Readonly<
    { format?: AudioFormat; purpose?: 'realtime' | 'transcription'; fetch?: McpFetch }
  > = {},
): Client => {
  const clock = createFakeClock()
  const [here, there] = createSocketPair(clock)
  const events: Read[] = []
  const closes: { code: number; reason: string }[] = []
  const session = createModelSession({
    socket: there.socket,
    clock,
    scenario: { ...PARROT, ...scenario },
    ids: createIds('test'),
    ...(options.purpose === undefined ? {} : { purpose: options.purpose }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    model: 'gpt-realtime-2.1',
    clips,
    wallClock: () => 1_700_000_000_000,
  })
  there.listen(session.events)
  here.listen({
    message: (text) => events.push(read(text, clock.nowMs())),
    closed: (close) => closes.push(close),
  })
  const format = options.format ?? { type: 'audio/pcm', rate: 24000 }
  const sendText = (text: string) => {
    here.socket.send(text)
    clock.advance(0)
  }
  const say = (sound: Sound) => {
    const bytes = encodeSound(sound, format)
    const frame = format.type === 'audio/pcm' ? 960 : 160
    for (let from = 0; from < bytes.length; from += frame) {
      const audio = base64Encode(bytes.subarray(from, from + frame))
      sendText(`{"type":"input_audio_buffer.append","audio":"${audio}"}`)
      clock.advance(20)
    }
  }
  clock.advance(scenario.sessionMs ?? 0)
  if (options.format) {
    const { purpose } = options
    sendText(JSON.stringify(
      purpose === 'transcription'
        ? { type: 'session.update', session: { type: purpose, audio: { input: { format } } } }
        : sessionUpdate({ audio: { input: { format }, output: { format } } }),
    ))
    clock.advance(scenario.sessionMs ?? 0)
  }
  return {
    clock,
    session,
    events,
    closes,
    send: (event) => sendText(JSON.stringify(event)),
    sendText,
    say,
    silence: (ms) => say({ sampleRateHz: 8000, pcm: new Int16Array(samplesIn(ms, 8000)) }),
    types: (prefix = '') =>
      events.map(({ type }) => type).filter((type) => type.startsWith(prefix)),
    all: (type) => events.filter((event) => event.type === type),
    last: (type) => {
      const event = events.findLast((event) => event.type === type)
      if (!event) throw new Error(`no ${type} among ${events.map(({ type }) => type).join(', ')}`)
      return event
    },
  }
}

/** A `session.update` with these settings. */
export const sessionUpdate = (settings: Record<string, unknown>) => ({
  type: 'session.update',
  session: { type: 'realtime', ...settings },
})

/** A tone of a length, loud enough for turn detection. */
export const tone = (ms: number): Sound => ({
  sampleRateHz: 8000,
  pcm: Int16Array.from({ length: samplesIn(ms, 8000) }, (_, at) => 6000 * Math.sin(at / 2)),
})

/** How much audio the deltas among these events hold, in ms. */
export const audioMsIn = (events: readonly Read[], msPerByte: number): number =>
  events.filter(({ type }) => type === 'response.output_audio.delta')
    .reduce(
      (ms, event) => ms + Uint8Array.fromBase64(String(event.get('delta'))).length * msPerByte,
      0,
    )

const read = (text: string, atMs: number): Read => {
  const json = parse(text)
  const get = (path: string) =>
    path.split('.').reduce<unknown>((value, key) => {
      return typeof value === 'object' && value !== null
        ? new Map(Object.entries(value)).get(key)
        : undefined
    }, json)
  return { type: String(get('type') ?? '(no JSON)'), atMs, text, get }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
