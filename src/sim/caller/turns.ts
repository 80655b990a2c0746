/**
 * Who spoke when, from a recording: replies and how long they took, and where both spoke at once.
 *
 * Measured on sound, the way a listener would, in steps of 10 ms. A pause of less than 300 ms is
 * part of speech, and a noise of less than 60 ms is none.
 */
import { pcmRmsDb } from '../../audio/level.ts'
import type { Clear } from './downlink.ts'
import type { Recording } from './recording.ts'

/** A stretch of speech, from its first to its last audible 10 ms. */
export type Segment = Readonly<{ startMs: number; endMs: number }>

/** An answer: from the caller's last sound to the agent's first. */
export type Reply = Readonly<{ callerStoppedMs: number; agentStartedMs: number; latencyMs: number }>

/**
 * Both speak. `cleared` tells that the server cut its audio off during it, so that it was a
 * barge-in that worked.
 */
export type Overlap = Segment & Readonly<{ cleared: boolean }>

/** What a listener would note down. All times are ms from the start of the recording. */
export type TurnReport = Readonly<{
  caller: readonly Segment[]
  agent: readonly Segment[]
  firstAgentAudioMs?: number
  replies: readonly Reply[]
  overlaps: readonly Overlap[]
}>

/** Analyses a recording, with the clears of the same call. */
export const analyseTurns = (
  { channels }: Recording,
  clears: readonly Clear[] = [],
): TurnReport => {
  const [caller, agent] = channels.map(speechIn)
  return {
    caller,
    agent,
    ...(agent.length > 0 && { firstAgentAudioMs: agent[0].startMs }),
    replies: repliesTo(caller, agent),
    overlaps: overlapsOf(caller, agent, clears),
  }
}

const STEP_MS = 10
const STEP_SAMPLES = 80
const SPEECH_DB = -45
const JOIN_MS = 300
const SHORTEST_MS = 60

/** Finds the speech in 8 kHz audio. */
export const speechIn = (pcm: Int16Array): Segment[] => {
  const segments: Segment[] = []
  for (let at = 0; at < pcm.length; at += STEP_SAMPLES) {
    if (pcmRmsDb(pcm.subarray(at, at + STEP_SAMPLES)) < SPEECH_DB) continue
    const startMs = at / STEP_SAMPLES * STEP_MS
    const last = segments.at(-1)
    const joins = last !== undefined && startMs - last.endMs < JOIN_MS
    const segment = { startMs: joins ? last.startMs : startMs, endMs: startMs + STEP_MS }
    if (joins) segments.pop()
    segments.push(segment)
  }
  return segments.filter(({ startMs, endMs }) => endMs - startMs >= SHORTEST_MS)
}

/** An agent that was already speaking when the caller stopped has not replied. */
const repliesTo = (caller: readonly Segment[], agent: readonly Segment[]): Reply[] =>
  caller.flatMap(({ endMs }, turn) => {
    const nextMs = caller[turn + 1]?.startMs ?? Infinity
    const isTalking = agent.some((other) => other.startMs < endMs && other.endMs > endMs)
    const reply = agent.find(({ startMs }) => startMs >= endMs && startMs < nextMs)
    if (!reply || isTalking) return []
    const { startMs } = reply
    return [{ callerStoppedMs: endMs, agentStartedMs: startMs, latencyMs: startMs - endMs }]
  })

const overlapsOf = (
  caller: readonly Segment[],
  agent: readonly Segment[],
  clears: readonly Clear[],
): Overlap[] =>
  caller.flatMap((own) =>
    agent.flatMap((other) => {
      const startMs = Math.max(own.startMs, other.startMs)
      const endMs = Math.min(own.endMs, other.endMs)
      if (startMs >= endMs) return []
      const cleared = clears.some(({ atMs }) => atMs >= startMs && atMs <= endMs + STEP_MS)
      return [{ startMs, endMs, cleared }]
    })
  )
