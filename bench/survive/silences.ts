/** What a caller hears of a loss: the stretches in which nothing was played to them. */
import type { CallerLine } from '../../test/support/rush-hour.ts'

/** A stretch without audio, on the clock of the process; it may hold a change of streams. */
export type Silence = Readonly<{ fromMs: number; toMs: number }>

/** How exactly silences are known. */
const STEP_MS = 5

/** Finds what silences there were in a call, from the first audio on to the last. */
export const silencesOf = (lines: readonly CallerLine[]): readonly Silence[] => {
  const silences: Silence[] = []
  let playedUntilMs: number | undefined
  for (const { line, startedAtMs } of lines) {
    const endMs = line.nowMs()
    for (let atMs = 0; atMs < endMs; atMs += STEP_MS) {
      if (line.playedBytes(atMs + STEP_MS) === line.playedBytes(atMs)) continue
      const fromMs = playedUntilMs ?? startedAtMs + atMs
      const toMs = startedAtMs + atMs
      if (toMs - fromMs >= STEP_MS) silences.push({ fromMs, toMs })
      playedUntilMs = toMs + STEP_MS
    }
  }
  return silences
}

/** The longest silence that touches the time between two moments. */
export const longestBetween = (
  silences: readonly Silence[],
  fromMs: number,
  toMs: number,
): Silence | undefined =>
  silences.filter((silence) => silence.toMs > fromMs && silence.fromMs < toMs)
    .sort((one, other) => lengthOf(other) - lengthOf(one))[0]

/** How long a silence is; none is 0 ms. */
export const lengthOf = (silence: Silence | undefined): number =>
  silence ? silence.toMs - silence.fromMs : 0
