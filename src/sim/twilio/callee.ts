/**
 * Who picks up when the simulated Twilio rings, as data: a person, a voicemail, or nobody.
 */
import { createTone } from '../../audio/tone.ts'
import type { Line } from '../caller/line.ts'
import type { LineBehaviour } from '../caller/stream-leg.ts'

/** What happens at a phone that is called. */
export type Callee =
  | Readonly<{
    is: 'person'
    /** How long it rings; default 100 ms. */
    ringsMs?: number
    /** What they do on a stream. */
    behaviour?: LineBehaviour
    /** Keys they press once they are on, for a `<Gather>`. */
    keys?: string
    /** Hang up after this long on the phone. */
    hangsUpAfterMs?: number
  }>
  | Readonly<{
    is: 'voicemail'
    ringsMs?: number
    /** How long the announcement is; default 600 ms. The beep follows. */
    announcementMs?: number
  }>
  | Readonly<{ is: 'busy'; ringsMs?: number }>
  /** Rings until the one who calls has had enough. */
  | Readonly<{ is: 'no-answer' }>
  /** Cannot be reached: no such number. */
  | Readonly<{ is: 'failed'; sipCode?: number }>

/** What is heard of a phone that is picked up: who it is, and when it can be told. */
export type AnsweredBy = 'human' | 'machine_start' | 'machine_end_beep'

const RINGS_MS = 100
const ANNOUNCEMENT_MS = 600
const BEEP_MS = 200

/** How long it rings before something happens; nobody answers a phone that rings for ever. */
export const ringsMsOf = (callee: Callee): number => {
  if (callee.is === 'no-answer') return Infinity
  return callee.is === 'failed' ? 0 : callee.ringsMs ?? RINGS_MS
}

/** From the moment a voicemail is on a stream to the end of its beep. */
export const beepEndsMs = (callee: Callee): number =>
  callee.is === 'voicemail' ? (callee.announcementMs ?? ANNOUNCEMENT_MS) + BEEP_MS : 0

/** What a callee does on a stream: a person what the test says, a voicemail its announcement and its beep. */
export const behaviourOf = (callee: Callee): LineBehaviour | undefined => {
  if (callee.is === 'person') return callee.behaviour
  if (callee.is !== 'voicemail') return undefined
  let hasBegun = false
  return {
    eachFrame: (line: Line) => {
      if (hasBegun) return
      hasBegun = true
      line.say(tone(300, callee.announcementMs ?? ANNOUNCEMENT_MS))
      line.say(tone(1_000, BEEP_MS))
    },
  }
}

const tone = (frequencyHz: number, ms: number): Int16Array => {
  const pcm = new Int16Array(ms * 8)
  createTone({ frequencyHz, sampleRateHz: 8000, amplitude: 0.3 }).fill(pcm)
  return pcm
}
