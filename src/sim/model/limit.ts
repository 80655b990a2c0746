/**
 * Holds a response to its `max_output_tokens`, which cuts an agent off in the middle of a word.
 */
import { AGENT_MS_PER_TOKEN, CHARACTERS_PER_TOKEN } from './meter.ts'
import type { ResponseHead } from './performance.ts'
import type { Planned } from './plan.ts'
import { cutSound, soundMs } from './sound.ts'

/**
 * What of the planned items fits, and whether something was cut. Audio counts when it is spoken,
 * text when written.
 */
export const limitOutputs = (
  planned: readonly Planned[],
  { max_output_tokens, output_modalities }: Pick<
    ResponseHead,
    'max_output_tokens' | 'output_modalities'
  >,
): { outputs: readonly Planned[]; isCut: boolean } => {
  if (max_output_tokens === 'inf') return { outputs: planned, isCut: false }
  const cut = output_modalities[0] === 'audio' ? cutSpoken : cutWritten
  const outputs: Planned[] = []
  let left = max_output_tokens
  for (const output of planned) {
    const needed = tokensOf(output, output_modalities[0])
    if (needed > left) {
      return { outputs: left > 0 ? [...outputs, cut(output, left)] : outputs, isCut: true }
    }
    outputs.push(output)
    left -= needed
  }
  return { outputs, isCut: false }
}

const tokensOf = (planned: Planned, modality: 'audio' | 'text'): number => {
  if (planned.kind !== 'message') return Math.ceil(planned.arguments.length / CHARACTERS_PER_TOKEN)
  if (modality === 'text') return Math.ceil(planned.text.length / CHARACTERS_PER_TOKEN)
  return Math.ceil(soundMs(planned.sound) / AGENT_MS_PER_TOKEN)
}

const cutSpoken = (planned: Planned, tokens: number): Planned => {
  if (planned.kind !== 'message') return cutWritten(planned, tokens)
  const part = (tokens * AGENT_MS_PER_TOKEN) / soundMs(planned.sound)
  return {
    ...planned,
    sound: cutSound(planned.sound, 0, tokens * AGENT_MS_PER_TOKEN),
    text: planned.text.slice(0, Math.floor(planned.text.length * part)),
  }
}

const cutWritten = (planned: Planned, tokens: number): Planned => {
  const characters = tokens * CHARACTERS_PER_TOKEN
  if (planned.kind !== 'message') {
    return { ...planned, arguments: planned.arguments.slice(0, characters) }
  }
  return { ...planned, text: planned.text.slice(0, characters) }
}
