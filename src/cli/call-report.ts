/** How a simulated call went, for a person and for a program. Pure: the caller's side and the service's side are handed in. */
import type { FeedEntry } from '../bridge/call-feed.ts'
import type { TranscriptLine } from '../call/transcript.ts'
import type { CallOutcome } from '../sim/caller/outcome.ts'
import { analyseTurns } from '../sim/caller/turns.ts'
import { formatMs, formatShortMs } from './format.ts'

/** A barge-in as both sides saw it. */
export type BargeIn = Readonly<{
  /** When the queue was cleared, in ms since the stream began. */
  atMs: number
  /** What the service believes was not heard, and what truly was not. */
  believedUnheardMs: number
  unheardMs: number
}>

export type CallReportSummary = Readonly<{
  callSid: string
  from: string
  to: string
  end: string
  reason?: string
  durationMs: number
  /** From the opened line to the agent's first sound. */
  firstAudioMs?: number
  /** From the caller's last sound to the agent's first. */
  answersMs: readonly number[]
  bargeIns: readonly BargeIn[]
  frames: Readonly<{ sent: number; received?: number }>
  agentAudioMs: Readonly<{ sent: number; heard: number; cleared: number }>
  transcript: readonly TranscriptLine[]
  warnings: readonly string[]
  recording: string
}>

export type CallReportInput = Readonly<{
  outcome: CallOutcome
  entries: readonly FeedEntry[]
  transcript: readonly TranscriptLine[]
  from: string
  to: string
  recording: string
}>

/** Sums a call up. */
export const summarise = (input: CallReportInput): CallReportSummary => {
  const { outcome, entries, transcript, from, to, recording } = input
  const turns = analyseTurns(outcome.recording, outcome.clears)
  const sent = outcome.streams.reduce((sum, { said }) => sum + said.length / 160, 0)
  const counts = entries.find((entry) => entry.type === 'counts')
  const total = (key: 'sentMs' | 'playedMs' | 'droppedMs') =>
    outcome.streams.reduce((sum, stream) => sum + stream[key], 0)
  return {
    callSid: outcome.callSid,
    from,
    to,
    end: outcome.end,
    ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
    durationMs: outcome.endedAtMs - outcome.startedAtMs,
    ...(outcome.firstAudioAtMs === undefined ? {} : { firstAudioMs: outcome.firstAudioAtMs }),
    answersMs: turns.replies.map(({ latencyMs }) => latencyMs),
    bargeIns: bargeIns(outcome, entries),
    frames: { sent: Math.floor(sent), ...(counts ? { received: counts.caller.frames } : {}) },
    agentAudioMs: {
      sent: total('sentMs'),
      heard: total('playedMs'),
      cleared: total('droppedMs'),
    },
    transcript,
    warnings: outcome.warnings.map(({ code, problem }) => `${code} ${problem}`),
    recording,
  }
}

/** The n-th clear that reached the phone is the n-th barge-in that the service reported. */
const bargeIns = (outcome: CallOutcome, entries: readonly FeedEntry[]): readonly BargeIn[] => {
  const reported = entries.filter((entry) => entry.type === 'barged-in')
  return outcome.clears.flatMap(({ atMs, droppedMs }, at) => {
    const believed = reported[at]
    return believed ? [{ atMs, believedUnheardMs: believed.unheardMs, unheardMs: droppedMs }] : []
  })
}

/** The summary as lines for a terminal. */
export const describe = (summary: CallReportSummary): readonly string[] => {
  const { answersMs, firstAudioMs, frames, agentAudioMs, warnings } = summary
  const rows: [string, string][] = [
    ['call', `${summary.from} to ${summary.to}, ${formatMs(summary.durationMs)}`],
    ['end', `${summary.end}${summary.reason === undefined ? '' : `: ${summary.reason}`}`],
    [
      'first audio',
      firstAudioMs === undefined ? 'none' : `${formatMs(firstAudioMs)} after the line opened`,
    ],
    ['answers', answersMs.map(formatMs).join(', ') || 'none'],
    ...summary.bargeIns.map(describeBargeIn),
    ['caller', `${frames.sent} frames sent, ${frames.received ?? '?'} received`],
    [
      'agent',
      `${formatMs(agentAudioMs.sent)} sent, ${formatMs(agentAudioMs.heard)} heard, ` +
      `${formatMs(agentAudioMs.cleared)} cleared`,
    ],
    ['warnings', warnings.join('; ') || 'none'],
    ['recording', `${summary.recording} (caller left, agent right)`],
  ]
  return rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`)
}

const describeBargeIn = (bargeIn: BargeIn): [string, string] => [
  'barge-in',
  `at ${formatMs(bargeIn.atMs)}, ${formatMs(bargeIn.unheardMs)} not heard, ` +
  `believed within ${formatShortMs(Math.abs(bargeIn.believedUnheardMs - bargeIn.unheardMs))}`,
]
