/**
 * Where in the recording a line is said. The record has the moment at which a line came to be: of the caller when their turn was over,
 * of the agent when the model began to write. What is heard lies before the one and after the other, so it is looked for in the sound; a
 * line that is muted has none, and the sound of another one is further away.
 */
import type { CallLine } from '../../record/record.ts'
import { type Envelope, STEP_MS } from './envelope.ts'

/** Where a line is, in ms of the recording, and whether it is heard there. */
export type Place = Readonly<{ ms: number; isHeard: boolean }>

/** As fast as most people read aloud. */
export const MS_PER_LETTER = 65

/** A stretch in which somebody speaks, in ms of the recording. */
type Run = Readonly<{ fromMs: number; toMs: number }>

const VOICE = 0.35
/** Pauses within what one says are shorter than this, or another turn has begun. */
const PAUSE_MS = 900
/** Less is a click. */
const LEAST_MS = 80
/** A turn is told of this soon after its end, and an answer heard this soon after its beginning. */
const NEAR_MS = 2_500

/** Gives for each line where it begins; `startsAt` is when the recording does, in ms since 1970. */
export const alignLines = (
  lines: readonly CallLine[],
  startsAt: number,
  envelope: Envelope | undefined,
): ReadonlyMap<CallLine, Place> => {
  const places = new Map(lines.map((line) => [line, placeByTime(line, startsAt)]))
  if (!envelope) return places
  const callerRuns = runsOf(envelope.caller)
  const agentRuns = runsOf(envelope.agent)
  const said = new Map<Run, CallLine[]>()
  for (const line of lines) {
    const ms = line.at - startsAt
    const run = line.kind === 'caller'
      ? callerRuns.findLast(({ fromMs }) => fromMs <= ms)
      : line.kind === 'agent'
      ? agentRuns.find(({ toMs }) => toMs >= ms)
      : undefined
    if (run && run.fromMs - ms <= NEAR_MS && ms - run.toMs <= NEAR_MS) {
      said.set(run, [...said.get(run) ?? [], line])
    } else if (line.kind === 'caller') places.set(line, placeByEnd(line, startsAt))
  }
  for (const [run, together] of said) placeWithin(run, together, places)
  return places
}

const placeByTime = ({ at }: CallLine, startsAt: number): Place => ({
  ms: Math.max(0, at - startsAt),
  isHeard: false,
})

/** Where a line of the caller is that is muted: the record has its end. */
const placeByEnd = (line: CallLine, startsAt: number): Place =>
  placeByTime({ ...line, at: line.at - line.text.length * MS_PER_LETTER }, startsAt)

/** Lines that are said in one breath share it by their lengths. */
const placeWithin = (
  { fromMs, toMs }: Run,
  lines: readonly CallLine[],
  places: Map<CallLine, Place>,
): void => {
  const letters = lines.reduce((sum, { text }) => sum + text.length, 0)
  let before = 0
  for (const line of lines) {
    const ms = fromMs + (toMs - fromMs) * (letters === 0 ? 0 : before / letters)
    places.set(line, { ms, isHeard: true })
    before += line.text.length
  }
}

const runsOf = (loudness: readonly number[]): readonly Run[] => {
  const runs: { fromMs: number; toMs: number }[] = []
  for (const [step, loud] of loudness.entries()) {
    if (loud < VOICE) continue
    const fromMs = step * STEP_MS
    const toMs = fromMs + STEP_MS
    const last = runs.at(-1)
    if (last && fromMs - last.toMs < PAUSE_MS) last.toMs = toMs
    else runs.push({ fromMs, toMs })
  }
  return runs.filter(({ fromMs, toMs }) => toMs - fromMs >= LEAST_MS)
}
