/**
 * The sentences the built-in model has a recording of: it speaks with them, and recognises them
 * when a caller plays them.
 */
import { parse } from 'yaml'
import { z } from 'zod'
import { readWav } from '../../audio/wav.ts'
import type { ModelFiles } from './files.ts'
import { curveOf } from './levels.ts'
import type { Sound } from './sound.ts'

export type Clip = Readonly<{
  /** The file's name without `.wav`. */
  name: string
  voice: 'agent' | 'caller'
  text: string
  sound: Sound
  /** Its loudness over time, to recognise it by. */
  curve: readonly number[]
}>

const clipList = z.array(z.strictObject({
  file: z.string().endsWith('.wav'),
  voice: z.enum(['agent', 'caller']),
  text: z.string().min(1),
}))

/**
 * Loads the clips of a folder by its `clips.yaml`; the bundled ones by default. Clips are 8 kHz
 * mono.
 */
export const loadClips = async (
  files: ModelFiles,
  folder: URL = new URL('../clips/', import.meta.url),
): Promise<readonly Clip[]> => {
  const list = clipList.parse(parse(await files.readText(new URL('clips.yaml', folder))))
  return Promise.all(list.map(async ({ file, voice, text }) => {
    const sound = await readSound(files, new URL(file, folder))
    return { name: file.slice(0, -'.wav'.length), voice, text, sound, curve: curveOf(sound) }
  }))
}

/** Finds the clip of a text, whatever its case and punctuation; an agent's before a caller's. */
export const clipOfText = (clips: readonly Clip[], text: string): Clip | undefined => {
  const same = clips.filter((clip) => wordsOf(clip.text) === wordsOf(text))
  return same.find((clip) => clip.voice === 'agent') ?? same[0]
}

const wordsOf = (text: string): string =>
  text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()

const readSound = async (files: ModelFiles, file: URL): Promise<Sound> => {
  const { sampleRateHz, channels } = readWav(await files.readBytes(file))
  if (sampleRateHz !== 8000 || channels.length !== 1) {
    throw new TypeError(
      `Clip ${file.pathname} is not 8 kHz mono: ${sampleRateHz} Hz, ${channels.length} channels`,
    )
  }
  return { sampleRateHz, pcm: channels[0] }
}
