/**
 * A call as lines on a terminal while it goes on. What the agent says is shown once it was heard, and as far as it was heard:
 * that is what the caller knows.
 */
import type { FeedEntry } from '../bridge/call-feed.ts'
import type { HumanLine } from '../bridge/listening/spoken-order.ts'
import type { TranscriptLine } from '../call/transcript.ts'
import { formatMs } from './format.ts'

export type LiveTranscript = Readonly<{
  /** Takes a report; gives the lines to show now. */
  take: (entry: FeedEntry) => readonly string[]
  /** The final lines so far, in the order in which they were spoken. */
  lines: () => readonly TranscriptLine[]
}>

/** Makes the transcript of one call. */
export const createLiveTranscript = (): LiveTranscript => {
  const known = new Map<string, TranscriptLine>()

  const show = (atMs: number, who: string, what: string) =>
    `  ${formatMs(atMs).padStart(8)}  ${who.padEnd(7)} ${what}`

  const takeLine = (line: TranscriptLine | HumanLine, atMs: number): readonly string[] => {
    if (line.speaker === 'human') return [show(atMs, 'human', line.text)]
    const before = known.get(line.itemId)
    known.set(line.itemId, line)
    if (!line.final) return []
    if (line.speaker === 'tool') return [show(atMs, '', `${line.tool.name}: ${line.text}`)]
    if (line.speaker !== 'agent') return before?.final ? [] : [show(atMs, line.speaker, line.text)]
    return line.heardMs === undefined ? [] : [show(atMs, 'agent', `${line.text} —`)]
  }

  return {
    take: (entry) => {
      switch (entry.type) {
        case 'model-ready':
          return [show(entry.atMs, '', 'the model is ready')]
        case 'caller-connected':
          return [show(entry.atMs, '', 'the line is open')]
        case 'barged-in':
          return [
            show(entry.atMs, '', `the caller cuts in; ${formatMs(entry.unheardMs)} not heard`),
          ]
        case 'key-pressed':
          return [show(entry.atMs, 'caller', `[${entry.digit}]`)]
        case 'line':
          return takeLine(entry.line, entry.atMs)
        case 'agent-heard': {
          const line = known.get(entry.itemId)
          return line ? [show(entry.atMs, 'agent', line.text)] : []
        }
        case 'ended':
          return [show(entry.atMs, '', `ended: ${entry.reason}${causeOf(entry)}`)]
        default:
          return []
      }
    },
    lines: () => [...known.values()].filter((line) => line.final).sort((a, b) => a.atMs - b.atMs),
  }
}

const causeOf = (entry: FeedEntry): string =>
  'cause' in entry && entry.cause !== undefined ? ` (${entry.cause})` : ''
