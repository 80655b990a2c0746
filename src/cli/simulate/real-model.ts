/** What a scenario means to a model that nobody has written lines for. */
import { type Clip, clipOfText } from '../../sim/model/clips.ts'
import { PARROT, type Scenario as ModelScenario } from '../../sim/model/scenario.ts'
import type { Expectations } from './expect-schema.ts'
import type { Scenario } from './parse-scenario.ts'

/** Why a scenario cannot be played with a real model; undefined when it can. */
export const unfitForRealModel = (
  { model = [], caller, at }: Scenario,
  clips: readonly Clip[],
): string | undefined => {
  if (model.length > 1 || model.some(isMisbehaving)) return 'is about a model that misbehaves'
  if (at !== undefined) return 'takes place at another time'
  const hummed = caller.find(({ say }) => say !== undefined && !isRecorded(say, clips))
  return hummed && `nobody can understand a hum: record ${JSON.stringify(hummed.say)}`
}

/** What can be expected whatever the agent says: what it does, and what the caller goes through. */
export const expectedOfRealModel = (
  { transcript, ...expectations }: Expectations,
): Expectations => {
  const { greetedOnce: _, ...others } = expectations
  return {
    ...others,
    transcript: transcript.filter(({ agent }) => agent === undefined),
    heard: [],
    notHeard: [],
  }
}

const isMisbehaving = (model: ModelScenario): boolean =>
  model.refuse !== undefined || model.garbage || model.wrongFormat || model.lateDeltas > 0 ||
  model.maxSessionMs !== PARROT.maxSessionMs ||
  model.turns.some((turn) =>
    turn.kind !== 'response' || turn.dropSocket !== undefined || turn.ending !== undefined
  )

const isRecorded = (say: string, clips: readonly Clip[]): boolean =>
  say.endsWith('.wav') || clips.some(({ name }) => name === say) ||
  clipOfText(clips, say) !== undefined
