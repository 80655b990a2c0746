/** Many calls at once on a clock of their own: what the network would bring them, frame by frame. */
import { MARK, noise, textsOf } from './texts.ts'
import { type Cue, ROUND_MS } from '../bridge/model.ts'
import { between, bytesAfter } from '../bridge/text.ts'
import { type Call, createSplice, createTandem, type Ends, type Lane } from './lanes.ts'

export type Play = Readonly<{
  calls: number
  /** Brings every call its next frame of the caller, and what is due of the model and of marks; `between` runs after every fourth. */
  frame: (between: () => void) => void
  /** How many messages came out so far, on both sides. */
  sent: () => number
}>

export type PlayOptions = Readonly<{
  calls: number
  /** What the model says, round after round. */
  script: readonly Cue[]
  /** What stands between the sockets; nothing, to learn what it takes to make the messages. */
  lane: Lane | undefined
}>

const FRAME_MS = 20
const FRAME_BYTES = 160
const BYTES_PER_MS = 8
const TICK_MS = 250
const PAYLOADS = Array.from({ length: 50 }, () => noise(FRAME_BYTES))

/** Puts all calls through, and gives what plays them. */
export const createPlay = async ({ calls, script, lane }: PlayOptions): Promise<Play> => {
  let nowMs = 0
  let sent = 0
  let ticks = 0
  const { connect, tick } = lane === undefined
    ? { connect: () => Promise.resolve(NOTHING), tick: () => {} }
    : lane === 'splice'
    ? createSplice()
    : createTandem(lane, () => nowMs)

  const begin = async (number: number) => {
    const marks: { name: string; dueMs: number }[] = []
    let playedMs = 0
    const ends: Ends = {
      // Looked into, as a socket would: a text that was put together is made flat by that.
      toModel: (text) => sent += text.endsWith('}') ? 1 : 0,
      toCaller: (text) => {
        sent++
        if (text.startsWith(MARK)) {
          marks.push({ name: between(text, '"name":"'), dueMs: playedMs })
        } else if (text.startsWith('{"event":"media"')) {
          playedMs = Math.max(playedMs, nowMs) + bytesAfter(text, '"payload":"') / BYTES_PER_MS
        } else {
          for (const mark of marks) mark.dueMs = nowMs
          playedMs = nowMs
        }
      },
    }
    const call: Call = await connect(number, ends)
    const texts = textsOf(number)
    let frames = 0
    let round = 1
    let at = 0
    let startMs = nowMs - ROUND_MS * number / calls

    const echo = () => {
      while (marks.length > 0 && marks[0].dueMs <= nowMs) {
        call.fromCaller(texts.mark(marks.shift()?.name ?? ''))
      }
    }

    /** Calls began at any time, so no two are at the same point. */
    const speak = () => {
      if (script.length === 0) return
      while (nowMs - startMs >= script[at].atMs) {
        call.fromModel(texts.event(script[at].event, round))
        at = (at + 1) % script.length
        if (at > 0) continue
        round += 1
        startMs += ROUND_MS
      }
    }

    return () => {
      call.fromCaller(texts.media(frames, PAYLOADS[frames % PAYLOADS.length]))
      frames += 1
      echo()
      speak()
    }
  }

  const nexts: (() => void)[] = []
  for (let number = 0; number < calls; number++) nexts.push(await begin(number))

  return {
    calls,
    sent: () => sent,
    frame: (between) => {
      for (const [number, next] of nexts.entries()) {
        nowMs += FRAME_MS / calls
        next()
        if (number % 4 === 0) between()
      }
      if (nowMs < ticks * TICK_MS) return
      ticks += 1
      tick()
    },
  }
}

const NOTHING: Call = { fromCaller: () => {}, fromModel: () => {} }
