/** A call between humans, listened to on a clock that a test moves: a fork of Twilio's on one side, transcribers on the other. */
import type { HumanLine } from '../../src/bridge/listening/spoken-order.ts'
import { listen, type ListeningReport } from '../../src/bridge/listening/listening.ts'
import { silentLog } from '../../src/log.ts'
import type { TranscriptionSettings } from '../../src/realtime/transcription.ts'
import { createFork } from '../../src/sim/caller/fork.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { createIds } from '../../src/sim/model/ids.ts'
import { PARROT, type Scenario } from '../../src/sim/model/scenario.ts'
import { createModelSession, type ModelSession } from '../../src/sim/model/session.ts'
import { clips } from '../sim/model/bundled.ts'
import { createFakeClock } from './fake-clock.ts'
import { createSocketPair } from '../../src/sim/virtual/socket-pair.ts'

const LATENCY_MS = 15

/** The sound of a clip that ships with the built-in model, by its text. */
export const clip = (text: string): Int16Array => {
  const found = clipOfText(clips, text)
  if (!found) throw new Error(`no clip says ${text}`)
  return found.sound.pcm
}

export type ListenedCallOptions = Readonly<{
  settings?: TranscriptionSettings
  /** What the n-th session does, from 0; undefined refuses the handshake with 503. */
  scenario?: (session: number) => Partial<Scenario> | undefined
  tracks?: readonly ('inbound' | 'outbound')[]
}>

export const createListenedCall = (options: ListenedCallOptions = {}) => {
  const { settings = { model: 'gpt-transcribe' }, scenario = () => ({}) } = options
  const clock = createFakeClock()
  const sessions: ModelSession[] = []
  const urls: string[] = []
  const reports: (ListeningReport & { atMs: number })[] = []
  const [ours, theirs] = createSocketPair(clock, LATENCY_MS)

  const call = listen({
    connect: (url, _how, events) => {
      const number = urls.push(url) - 1
      const behaviour = scenario(number)
      const [here, there] = createSocketPair(clock, LATENCY_MS)
      if (!behaviour) {
        const close = { code: 1006, reason: '', httpStatus: 503 }
        clock.after(LATENCY_MS, () => events.closed(close))
        return here.socket
      }
      clock.after(LATENCY_MS, () => {
        const session = createModelSession({
          socket: there.socket,
          clock,
          scenario: { ...PARROT, ...behaviour },
          ids: createIds(`s${number}x`),
          purpose: 'transcription',
          model: '',
          clips,
        })
        sessions.push(session)
        there.listen(session.events)
        here.listen(events)
      })
      return here.socket
    },
    clock,
    random: () => 0.5,
    log: silentLog,
    endpoint: { url: 'ws://model', headers: {} },
    settings,
    socket: ours.socket,
    onReport: (report) => reports.push({ ...report, atMs: clock.nowMs() }),
  })
  ours.listen(call.events)

  const { fork, events } = createFork({
    socket: theirs.socket,
    clock,
    stream: { accountSid: 'AC1', callSid: 'CA1', streamSid: 'MZ1', customParameters: {} },
    tracks: options.tracks ?? ['inbound', 'outbound'],
    ended: () => {},
  })
  theirs.listen(events)

  const tick = () => {
    call.tick()
    clock.after(250, tick)
  }
  clock.after(250, tick)

  return {
    clock,
    call,
    fork,
    sessions,
    urls,
    reports,
    twilio: theirs.socket,
    told: () => reports.map(({ type }) => type),
    lines: (): readonly HumanLine[] =>
      reports.flatMap((report) => report.type === 'line' ? [report.line] : []),
    said: () =>
      reports.flatMap((report) =>
        report.type === 'line' ? [`${report.line.speaker}: ${report.line.text}`] : []
      ),
  }
}
