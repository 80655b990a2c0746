/**
 * A conversation as a session that was not there can be told it: who said what and what was done, in order, and no more of the
 * agent's words than were heard.
 */
import { isKnown, type Transcript } from './transcript.ts'
import type { Unwritten } from './unwritten.ts'

/** One thing that was said, or done. */
export type ConversationItem = SpokenItem | ToolItem

export type SpokenItem = Readonly<{
  itemId: string
  speaker: 'caller' | 'agent' | 'note'
  text: string
}>

export type ToolItem = Readonly<{
  itemId: string
  speaker: 'tool'
  toolCallId: string
  name: string
  given: string
  /** Absent while it is still being done: the session that asked for it is told when it is. */
  output?: string
}>

/**
 * What was said and done so far. Lines without words are left out: nobody knows them. So are turns that are `unwritten`, whatever
 * words of them there are: a session that takes over is given their audio.
 */
export const conversationOf = (
  transcript: Transcript,
  unwritten: Unwritten,
): readonly ConversationItem[] =>
  transcript
    .filter((line) => isKnown(line) && !unwritten.includes(line.itemId))
    .map((line) => {
      if (line.speaker !== 'tool') {
        return { itemId: line.itemId, speaker: line.speaker, text: line.text }
      }
      const { itemId, speaker, tool: { toolCallId, name, given }, text, final } = line
      return { itemId, speaker, toolCallId, name, given, ...(final ? { output: text } : {}) }
    })
