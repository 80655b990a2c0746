/** A whole event log replayed: all its parts, each by itself. */
import { type LogHead, type LogPart, readLog } from './event-log.ts'
import { type Difference, replayPart } from './replay.ts'

/** What came of a log. */
export type ReplayedLog =
  | Readonly<{
    is: 'replayed'
    /** Of its first part. */
    head: LogHead
    events: number
    /** How long its parts are, together. */
    durationMs: number
    /** How each of its parts ended. */
    ends: readonly LogPart['end'][]
    differences: readonly LocatedDifference[]
  }>
  | Readonly<{ is: 'unreadable'; line: number; problem: string }>

/** A difference, and the part it is in, counted from 1. */
export type LocatedDifference = Difference & Readonly<{ part: number }>

/** Replays the text of a log. Never throws. */
export const replayLog = (text: string): ReplayedLog => {
  const read = readLog(text)
  if ('problem' in read) return { is: 'unreadable', ...read }
  const { parts } = read
  return {
    is: 'replayed',
    head: parts[0].head,
    events: parts.reduce((sum, { events }) => sum + events.length, 0),
    durationMs: parts.reduce((sum, part) => sum + lengthMs(part), 0),
    ends: parts.map(({ end }) => end),
    differences: parts.flatMap((part, at) =>
      replayPart(part).map((difference) => ({ ...difference, part: at + 1 }))
    ),
  }
}

const lengthMs = ({ head, events }: LogPart): number =>
  (events.at(-1)?.event.atMs ?? head.beginning.atMs) - head.beginning.atMs
