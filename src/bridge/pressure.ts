/**
 * What a socket that does not take what it is given means. Pure: the bridge looks a few times a second and does what is said here.
 *
 * Runtimes queue without end, or drop in silence past 16 MiB (Bun), so the limits are ours and far below.
 */

/** A model socket as it was judged last. */
export type Pressure =
  | Readonly<{ is: 'flowing' }>
  | Readonly<{ is: 'congested'; sinceMs: number }>

/** What to do about it now. */
export type Relief = 'nothing' | 'pause' | 'resume' | 'replace'

/** Two seconds of caller audio, as the session's format has it on the wire. */
export const MODEL_CONGESTED_BYTES = { pcm: 130_000, pcmu: 24_000 } as const

/** Twilio's own queue takes all we send; a socket that holds this much back is not being read. */
export const CALLER_STUCK_BYTES = 1024 * 1024

const STUCK_MS = 5_000

/** Judges a model socket that holds `bufferedBytes`. One that is congested for five seconds is stuck, and replaced. */
export const judge = (
  pressure: Pressure,
  bufferedBytes: number,
  congestedBytes: number,
  nowMs: number,
): readonly [Pressure, Relief] => {
  if (pressure.is === 'flowing') {
    return bufferedBytes > congestedBytes
      ? [{ is: 'congested', sinceMs: nowMs }, 'pause']
      : [pressure, 'nothing']
  }
  if (bufferedBytes < congestedBytes / 4) return [{ is: 'flowing' }, 'resume']
  return nowMs - pressure.sinceMs >= STUCK_MS
    ? [{ is: 'flowing' }, 'replace']
    : [pressure, 'nothing']
}
