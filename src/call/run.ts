/**
 * The time of a run: audio that plays without a pause moves one ms each ms, so that one moment fixes all of it. That moment is not
 * seen but told by echoes, each of them late by some chance.
 */

/** The moment is the origin: an echo of position p on the line comes at origin + p. */
export type Run = Readonly<{
  /** The position it begins at. */
  startMs: number
  /** The origin if Twilio begins to play the moment audio arrives, and the origin if it takes as long as it did before. */
  soonestOriginMs: number
  expectedOriginMs: number
  /** The origin as believed now. */
  originMs: number
  /** Origins that the latest echoes told, oldest first; the earliest of them is believed, once there are some. */
  echoedMs: readonly number[]
}>

const ECHOES_KEPT = 5
/** An echo may be late, so it takes a few that agree to give up what was expected. */
const ECHOES_BELIEVED = 3
const LONGEST_LAG_MS = 500

/** The run of a line on which nothing has been sent. */
export const NO_RUN: Run = {
  startMs: 0,
  soonestOriginMs: 0,
  expectedOriginMs: 0,
  originMs: 0,
  echoedMs: [],
}

/**
 * A run that begins at `startMs` on the line with audio whose first echo could come at `soonestEchoMs`. If Twilio took a while
 * longer the last time, it is expected to do so again.
 */
export const nextRun = (last: Run, startMs: number, soonestEchoMs: number): Run => {
  const soonestOriginMs = soonestEchoMs - startMs
  const lagMs = Math.min(LONGEST_LAG_MS, Math.max(0, last.originMs - last.soonestOriginMs))
  const expectedOriginMs = soonestOriginMs + lagMs
  return { startMs, soonestOriginMs, expectedOriginMs, originMs: expectedOriginMs, echoedMs: [] }
}

/** A run that began before it was known how long an echo takes at least, as it is now. */
export const delayedBy = (run: Run, ms: number): Run => ({
  ...run,
  soonestOriginMs: run.soonestOriginMs + ms,
  expectedOriginMs: run.expectedOriginMs + ms,
  originMs: Math.min(run.expectedOriginMs + ms, ...run.echoedMs),
})

/** The run after the echo of a position came at `atMs`. A position before the run says nothing of it. */
export const timedBy = (run: Run, positionMs: number, atMs: number): Run => {
  if (positionMs <= run.startMs) return run
  const echoedMs = [...run.echoedMs, atMs - positionMs].slice(-ECHOES_KEPT)
  const believed = echoedMs.length < ECHOES_BELIEVED
    ? [run.expectedOriginMs, ...echoedMs]
    : echoedMs
  return { ...run, echoedMs, originMs: Math.min(...believed) }
}
