/**
 * Mutes in a recording what redaction takes out of the transcript: sound whose words are not known yet is written as silence, and put
 * in its place when they are and nothing of them is taken out. So whenever a process dies, it leaves nothing on the disk that would
 * have to be muted.
 */
import type { ModelHears } from '../bridge/call-sound.ts'
import type { CallEvent } from '../call/events.ts'
import type { CallState } from '../call/state.ts'
import { createKeptBack, type Stretch } from './kept-back.ts'
import type { SoundFile } from './sound-file.ts'
import {
  forgetDecided,
  giveUpAll,
  modelHears,
  NOTHING_HEARD,
  played,
  type Span,
  take,
  type WithheldRules,
} from './withheld.ts'

export type SoundMuter = Readonly<{
  /** Something happens to the call in this state. */
  take: (event: CallEvent, state: CallState) => void
  /** The model begins to hear the caller, or does not hear them any more. */
  hears: (how: ModelHears, atMs: number) => void
  /** Some of a line of the agent was heard. */
  played: (name: string, fromMs: number, toMs: number) => void
  /** Silences what must not be written, or not yet, of sound that begins at a sample and is written next. */
  pass: (sound: Uint8Array, at: number) => void
  /** The call is over in this process. */
  end: () => void
  /** Whether nothing of a text is taken out. */
  isKept: (text: string) => boolean
}>

export type MuteOptions =
  & WithheldRules
  & Readonly<{
    /** When the recording begins. */
    startMs: () => number
    /** The recording, once there is one. */
    file: () => Pick<SoundFile, 'writeOver'> | undefined
  }>

const SAMPLES_PER_MS = 8

/** Makes what mutes the recording of one call. */
export const createSoundMuter = ({ startMs, file, ...rules }: MuteOptions): SoundMuter => {
  const keptBack = createKeptBack()
  let withheld = NOTHING_HEARD

  const sampleAt = (ms: number) => Math.round((ms - startMs()) * SAMPLES_PER_MS)

  const stretchOf = ({ channel, fromMs, toMs, fate }: Span): Stretch => ({
    channel,
    from: sampleAt(fromMs),
    to: sampleAt(toMs),
    fate,
  })

  /** What was kept back is put in where it may be heard; what is not written yet will be passed. */
  const release = (stretches: readonly Stretch[]) => {
    for (const piece of keptBack.release(stretches)) file()?.writeOver(piece)
  }

  const become = (next: typeof withheld) => {
    const { spans } = withheld
    withheld = next
    if (next.spans !== spans) release(next.spans.map(stretchOf))
  }

  return {
    take: (event, state) => become(take(withheld, event, state, rules)),
    hears: (how, atMs) => become(modelHears(withheld, how, atMs, rules)),
    // None of it is written yet.
    played: (name, fromMs, toMs) => {
      withheld = played(withheld, name, fromMs, toMs)
    },
    pass: (sound, at) => {
      const stretches = withheld.spans.map(stretchOf)
      keptBack.keep(sound, at, stretches)
      release(stretches)
      withheld = forgetDecided(withheld, startMs() + (at + sound.length / 2) / SAMPLES_PER_MS)
    },
    end: () => become(giveUpAll(withheld)),
    isKept: (text) => rules.isKept(text, false),
  }
}
