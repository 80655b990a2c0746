/** What the caller of a scenario says, as far as it is a recording: it is read before the call, and must be there. */
import type { Problem } from '../../config/problem.ts'
import { didYouMean } from '../../config/yaml/spelling.ts'
import type { Clip } from '../../sim/model/clips.ts'
import { phoneSound } from '../conversation.ts'
import type { Scenario } from './parse-scenario.ts'

/** The 8 kHz sounds of the `.wav` files by their names, and what is wrong with them. */
export type Sounds = Readonly<{
  sounds: ReadonlyMap<string, Int16Array>
  problems: readonly Problem[]
}>

/** Reads the recordings that lie beside a scenario. Never rejects. */
export const readSounds = async (
  { caller, folder, problem }: Scenario,
  readBytes: (path: string) => Promise<Uint8Array>,
): Promise<Sounds> => {
  const sounds = new Map<string, Int16Array>()
  const problems: Problem[] = []
  for (const [at, { say }] of caller.entries()) {
    if (!say?.endsWith('.wav') || sounds.has(say)) continue
    try {
      sounds.set(say, phoneSound(await readBytes(`${folder}/${say}`)))
    } catch (error) {
      const message = `cannot play ${say}: ${
        error instanceof Error ? error.message : String(error)
      }`
      problems.push(problem(['caller', at, 'say'], { code: 'invalid-value', message }))
    }
  }
  return { sounds, problems }
}

/** Finds the names of clips that there are not: they would be hummed. */
export const unknownClips = (
  { caller, problem }: Scenario,
  clips: readonly Clip[],
): readonly Problem[] =>
  caller.flatMap(({ say = '' }, at) => {
    const names = clips.map(({ name }) => name)
    if (!/^(caller|agent)-\S+$/.test(say) || say.endsWith('.wav') || names.includes(say)) return []
    const message = `there is no clip called ${say}`
    const hint = didYouMean(say, names)
    return [problem(['caller', at, 'say'], { code: 'invalid-value', message, ...hint })]
  })
