/** Turns the steps of a scenario into what the built-in caller does, and into sounds what is to be said. */
import type { Act, Cue, ScriptStep } from '../../sim/caller/script.ts'
import { type Clip, clipOfText } from '../../sim/model/clips.ts'
import { hum } from '../../sim/model/hum.ts'
import { curveOf } from '../../sim/model/levels.ts'
import type { CallerStep } from './caller-schema.ts'

export type CallerScript = Readonly<{
  steps: readonly ScriptStep[]
  /** Which step of the scenario each of them belongs to. */
  belongsTo: readonly number[]
  /** What is said, for a model that recognises what it knows. */
  clips: readonly Clip[]
}>

const PAUSE_MS = 700
const BETWEEN_KEYS_MS = 200

/** Makes the script of a caller; `sounds` are the 8 kHz sounds of `.wav` files by their names. */
export const callerScript = (
  steps: readonly CallerStep[],
  bundled: readonly Clip[],
  sounds: ReadonlyMap<string, Int16Array>,
): CallerScript => {
  const clips: Clip[] = []
  const parts = steps.map((step, at) => {
    const clip = step.say === undefined ? undefined : clipFor(step.say, bundled, sounds)
    if (clip) clips.push(clip)
    return partsOf(step, cueOf(step, steps[at - 1]), clip)
  })
  return {
    steps: parts.flat(),
    belongsTo: parts.flatMap((part, at) => part.map(() => at)),
    clips,
  }
}

const cueOf = (step: CallerStep, before: CallerStep | undefined): Cue => {
  if (step.cutIn !== undefined) return { after: 'agent-starts', ms: step.cutIn }
  if (step.after !== undefined) return { after: 'step', ms: step.after }
  if (step.pause !== undefined) return { after: 'agent-silent', ms: step.pause }
  // Whoever has waited on purpose goes on when that is over.
  return before?.wait === undefined
    ? { after: 'agent-silent', ms: PAUSE_MS }
    : { after: 'step', ms: 0 }
}

const partsOf = (
  { press, wait, loseStream }: CallerStep,
  cue: Cue,
  clip: Clip | undefined,
): readonly ScriptStep[] => {
  if (wait !== undefined) return [{ after: 'step', ms: wait, listen: true }]
  if (press !== undefined) {
    return [...press].map((key, at) =>
      at === 0 ? { ...cue, press: key } : { after: 'step', ms: BETWEEN_KEYS_MS, press: key }
    )
  }
  return [{ ...cue, ...actOf(loseStream, clip) }]
}

const actOf = (loseStream: true | undefined, clip: Clip | undefined): Act => {
  if (clip) return { say: clip.sound.pcm }
  return loseStream ? { loseStream } : { hangUp: true }
}

/** A sound for the words: a file's, a bundled clip's, or a hum that no other text has. */
const clipFor = (
  say: string,
  bundled: readonly Clip[],
  sounds: ReadonlyMap<string, Int16Array>,
): Clip => {
  const known = bundled.find(({ name }) => name === say) ?? clipOfText(bundled, say)
  if (known) return known
  const pcm = sounds.get(say)
  const sound = pcm ? { sampleRateHz: 8000 as const, pcm } : hum(say)
  return { name: say, voice: 'caller', text: say, sound, curve: curveOf(sound) }
}
