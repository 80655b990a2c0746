/** What all losses are measured with: a service on one runtime, a model that takes its time, and many callers. */
import type { ScriptStep } from '../../src/sim/caller/script.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { PARROT, type Scenario } from '../../src/sim/model/scenario.ts'
import type { Turn } from '../../src/sim/model/turn.ts'
import {
  type Caller,
  createRandom,
  type RushHour,
  type RushHourOptions,
  startRushHour,
} from '../../test/support/rush-hour.ts'

/** What the simulated model needs: to connect, and then until the first audio of an answer. */
export const CONNECT_MS = 200
export const FIRST_AUDIO_MS = 200
/** The silence that ends a caller's turn, as the model is asked for it by default. */
export const TURN_END_MS = 500

/** What one loss cost a caller, in ms: the silence heard, and how much later than the model could the agent was back. */
export type Gap = Readonly<{ heardMs: number; aboveMs: number }>

export type Stage = RushHour & Readonly<{ calls: number; random: () => number }>

/** Runs a measurement on a stage of its own. */
export const onStage = async <Result>(
  options: RushHourOptions & Readonly<{ calls: number }>,
  play: (stage: Stage) => Promise<Result>,
): Promise<Result> => {
  const rush = await startRushHour(options)
  try {
    return await play({ ...rush, calls: options.calls, random: createRandom(1) })
  } finally {
    await rush.stop()
  }
}

/** A model that says the same in every turn. */
export const saying = (text: string, more: Partial<Scenario> = {}): Scenario => ({
  ...PARROT,
  connectMs: CONNECT_MS,
  firstAudioMs: FIRST_AUDIO_MS,
  voice: 'script',
  turns: [turnOf(text)],
  ...more,
})

const turnOf = (text: string): Turn => ({
  kind: 'response',
  delayMs: 0,
  outputs: [{ kind: 'say', text }],
})

/** Places the calls of a stage, a little apart, in both formats. */
export const placeCalls = (
  stage: Stage,
  script: readonly ScriptStep[],
): Promise<readonly Caller[]> =>
  Promise.all(Array.from({ length: stage.calls }, async (_, at) => {
    await passed(at * 50)
    return stage.place(script, at % 2 === 0 ? 'pcm' : 'pcmu')
  }))

/** What a caller says, from the clips. */
export const said = (stage: RushHour, text: string): Int16Array => {
  const clip = clipOfText(stage.clips, text)
  if (!clip) throw new Error(`no clip says ${text}`)
  return clip.sound.pcm
}

/** Hangs up and waits for the end of each call; throws when one had ended by itself. */
export const hangUpAll = async (callers: readonly Caller[]): Promise<void> => {
  for (const { call } of callers) call.hangUp()
  const outcomes = await Promise.all(callers.map(({ call }) => call.done))
  const lost = outcomes.filter(({ end }) => end !== 'caller-hung-up')
  if (lost.length > 0) throw new Error(`${lost.length} calls were lost`)
}

/** Waits in real time. */
export const passed = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms))
