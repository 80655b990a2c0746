/**
 * The event stream of each call: everything reported of it, for whoever watches. Someone who comes late gets the story from its
 * beginning.
 */
import type { CallReport } from '../call/effects.ts'
import type { BridgeCounts } from './bridge.ts'
import type { ListeningReport } from './listening/listening.ts'
import type { SummaryReport } from './summary.ts'

/** What is told of a call, and its moment, in ms since the call began. */
export type FeedEntry = CallEntry | Timed<ListeningReport>

/** Of a call with an agent: who is called first, before the end what went through it, and after it what was written of it. */
export type CallEntry = Timed<
  | Readonly<{ type: 'offered'; customer: string; number: string }>
  | CallReport
  | Readonly<{ type: 'counts' } & BridgeCounts>
  | (Readonly<{ type: 'summarised' }> & SummaryReport)
>

type Timed<Report> = Report & Readonly<{ atMs: number }>

export type CallFeed = Readonly<{
  publish: (callSid: string, entry: FeedEntry) => void
  /** Gives what has been reported so far, then each new report; undefined for a call nobody has heard of. */
  watch: (callSid: string, listener: (entry: FeedEntry) => void) => StopWatching | undefined
}>

export type StopWatching = () => void

const LAST: ReadonlySet<string> = new Set(['ended', 'summarised'])

const CALLS_KEPT = 200
const ENTRIES_KEPT = 2_000

/** Makes the feed of a process. It remembers the latest calls, each with a bounded story. */
export const createCallFeed = (): CallFeed => {
  const stories = new Map<string, FeedEntry[]>()
  const listeners = new Map<string, Set<(entry: FeedEntry) => void>>()

  const storyOf = (callSid: string): FeedEntry[] => {
    const known = stories.get(callSid)
    if (known) return known
    const story: FeedEntry[] = []
    stories.set(callSid, story)
    const oldest = stories.keys().next()
    if (stories.size > CALLS_KEPT && !oldest.done) stories.delete(oldest.value)
    return story
  }

  return {
    publish: (callSid, entry) => {
      const story = storyOf(callSid)
      if (saysAgain(entry, story.at(-1))) story.pop()
      // Whoever comes late to a long call misses its middle, never its end.
      if (story.length < ENTRIES_KEPT || LAST.has(entry.type)) story.push(entry)
      for (const listener of listeners.get(callSid) ?? []) listener(entry)
    },
    watch: (callSid, listener) => {
      const story = stories.get(callSid)
      if (!story) return undefined
      for (const entry of story) listener(entry)
      const watching = listeners.get(callSid) ?? new Set()
      listeners.set(callSid, watching.add(listener))
      return () => {
        watching.delete(listener)
        if (watching.size === 0) listeners.delete(callSid)
      }
    },
  }
}

/** Whether an entry says all that the one before it has said: a line comes again with each of its words. */
const saysAgain = (entry: FeedEntry, before: FeedEntry | undefined): boolean =>
  entry.type === 'line' && before?.type === 'line' && !before.line.final &&
  before.line.itemId === entry.line.itemId
