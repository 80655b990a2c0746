/** What came of a simulated call, from both ends of it: what the service told, and what the caller's phone heard. */
import type { CalledTool } from '../../call/transcript.ts'
import type { FeedEntry } from '../../bridge/call-feed.ts'
import { keysIn } from '../../sim/caller/dtmf.ts'
import type { CallEvent } from '../../sim/caller/journal.ts'
import type { CallOutcome } from '../../sim/caller/outcome.ts'
import { silencesOf } from '../../sim/caller/silences.ts'
import type { Segment } from '../../sim/caller/turns.ts'
import type { HttpRequest } from '../../sim/http-server.ts'

/** A line of what was said. Of a sentence that was cut short it has what was heard. */
export type StoryLine = Readonly<{
  /** A `note` is what the model was told of the call; what came of a tool is its line. */
  speaker: Line['speaker']
  text: string
  /** Whether the caller heard it. */
  isHeard: boolean
  tool?: CalledTool
}>

/** All that expectations are about. Times are ms since the line opened. */
export type Story = Readonly<{
  greeting?: string | undefined
  lines: readonly StoryLine[]
  requests: readonly HttpRequest[]
  /** The keys that were heard as tones. */
  keys: string
  dialled: readonly string[]
  ended: string
  silences: readonly Segment[]
  durationMs: number
  /** How the caller fared with what he was to do. */
  caller: CallerStory
}>

export type CallerStory = Readonly<{
  /** The step that was not done any more. */
  nextStep?: number | undefined
  /** He heard nothing for so long that he hung up. */
  lostPatience: boolean
  /** The scenario took longer than it may, and the phone was taken from him. */
  isCutOff: boolean
}>

export type StoryInput =
  & Pick<Story, 'greeting' | 'requests' | 'caller'>
  & Readonly<{
    outcome: CallOutcome
    events: readonly CallEvent[]
    entries: readonly FeedEntry[]
    /** The other phones that rang. */
    rang: readonly string[]
  }>

/** Tells the story of a call that is over. */
export const tellStory = (input: StoryInput): Story => {
  const { outcome, events, entries, caller } = input
  const { verbs, recording } = outcome
  const lineOpenedMs = outcome.streams.at(0)?.startMs ?? 0
  const pressedAtMs = events.flatMap(({ event, atMs, ...rest }) =>
    event === 'acted' && 'act' in rest && rest.act.event === 'pressed' ? [atMs - lineOpenedMs] : []
  )
  return {
    greeting: input.greeting,
    requests: input.requests,
    caller,
    lines: [
      ...linesOf(entries),
      ...verbs.flatMap((verb) =>
        verb.verb === 'say' ? [{ speaker: 'agent' as const, text: verb.text, isHeard: true }] : []
      ),
    ],
    keys: keysIn(recording.channels[1]) +
      verbs.map((verb) => verb.verb === 'play' ? verb.digits ?? '' : '').join(''),
    dialled: input.rang,
    ended: entries.find((entry) => entry.type === 'ended')?.reason ?? outcome.end,
    silences: silencesOf(recording, {
      pressedAtMs,
      isHungUpByChoice: outcome.end === 'caller-hung-up' && !caller.lostPatience &&
        !caller.isCutOff,
    }),
    durationMs: outcome.endedAtMs - outcome.startedAtMs,
  }
}

type Line = Extract<FeedEntry, { type: 'line' }>['line']

/** The lines in the order in which they were spoken. */
const linesOf = (entries: readonly FeedEntry[]): readonly StoryLine[] => {
  const lines = new Map<string, Line>()
  const heard = new Set<string>()
  for (const entry of entries) {
    if (entry.type === 'line') lines.set(entry.line.itemId, entry.line)
    if (entry.type === 'agent-heard') heard.add(entry.itemId)
  }
  return [...lines.values()]
    .filter(({ final }) => final)
    .toSorted((one, other) => one.atMs - other.atMs)
    .map((line) => ({
      speaker: line.speaker,
      text: line.text,
      isHeard: ('heardMs' in line && line.heardMs !== undefined) || heard.has(line.itemId),
      ...('tool' in line ? { tool: line.tool } : {}),
    }))
}
