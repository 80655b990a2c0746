/** The clips and scenarios that the model ships with, read from disk for tests. */
import { readFile } from 'node:fs/promises'
import { type Clip, loadClips } from '../../../src/sim/model/clips.ts'
import type { ModelFiles } from '../../../src/sim/model/files.ts'

export const files: ModelFiles = {
  readText: (file) => readFile(file, 'utf8'),
  readBytes: async (file) => new Uint8Array(await readFile(file)),
}

export const clips: readonly Clip[] = await loadClips(files)

/** The clip of a name; throws when there is none, so that a test cannot go on without it. */
export const clipNamed = (name: string): Clip => {
  const clip = clips.find((clip) => clip.name === name)
  if (!clip) throw new Error(`no clip ${name}`)
  return clip
}
