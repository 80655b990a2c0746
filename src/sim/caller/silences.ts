/**
 * How long a caller had to listen to nothing: the stretches of a call in which neither side is heard and the caller waits for
 * something.
 *
 * Measured on sound. A pause that the caller ends by going on himself is his own, unless it began with him, too: whoever asks, waits
 * and asks again has waited.
 */
import { pcmRmsDb } from '../../audio/level.ts'
import type { Recording } from './recording.ts'
import type { Segment } from './turns.ts'

/** What the sound alone does not tell; times are ms from the start of the recording. */
export type CallerActs = Readonly<{
  /** When keys were pressed. */
  pressedAtMs: readonly number[]
  /** Whether the caller ended the call because he was done, and not because he gave up or was left. */
  isHungUpByChoice: boolean
}>

/** Lists the silences in which the caller waited, in order. */
export const silencesOf = ({ channels }: Recording, acts: CallerActs): readonly Segment[] => {
  const [caller, agent] = channels
  const endMs = caller.length / STEP_SAMPLES * STEP_MS
  const moments = [
    ...soundsIn(caller).map((sound) => ({ ...sound, by: 'caller' as const })),
    ...acts.pressedAtMs.map((atMs) => ({ startMs: atMs, endMs: atMs, by: 'caller' as const })),
    ...soundsIn(agent).map((sound) => ({ ...sound, by: 'agent' as const })),
    { startMs: endMs, endMs, by: acts.isHungUpByChoice ? 'caller' as const : 'agent' as const },
  ].sort((one, other) => one.startMs - other.startMs)

  const silences: Segment[] = []
  // Whoever calls waits for a voice from the first moment on.
  let last: Sound = { startMs: 0, endMs: 0, by: 'caller' }
  for (const next of moments) {
    const isOwnPause = next.by === 'caller' && last.by === 'agent'
    if (next.startMs > last.endMs && !isOwnPause) {
      silences.push({ startMs: last.endMs, endMs: next.startMs })
    }
    if (next.endMs >= last.endMs) last = next
  }
  return silences
}

type Sound = Segment & Readonly<{ by: 'caller' | 'agent' }>

const STEP_MS = 10
const STEP_SAMPLES = 80
/** The hiss of a line is below it, the soft tone of somebody who asks to hold the line above. */
const AUDIBLE_DB = -50

const soundsIn = (pcm: Int16Array): readonly Segment[] => {
  const sounds: Segment[] = []
  for (let step = 0; step * STEP_SAMPLES < pcm.length; step++) {
    if (pcmRmsDb(pcm.subarray(step * STEP_SAMPLES, (step + 1) * STEP_SAMPLES)) < AUDIBLE_DB) {
      continue
    }
    const startMs = step * STEP_MS
    const last = sounds.at(-1)
    const goesOn = last?.endMs === startMs
    if (goesOn) sounds.pop()
    sounds.push({ startMs: goesOn ? last.startMs : startMs, endMs: startMs + STEP_MS })
  }
  return sounds
}
