/**
 * A conversation as a session that was not there can be told it: who said what, in order, and no more of the agent's words
 * than were heard.
 */
import type { Transcript } from './transcript.ts'

/** One thing that was said. */
export type ConversationItem = Readonly<{
  itemId: string
  speaker: 'caller' | 'agent'
  text: string
}>

/** What was said so far. Lines without words are left out: nobody knows them. */
export const conversationOf = (transcript: Transcript): readonly ConversationItem[] =>
  transcript
    .filter((line) => line.text.trim() !== '')
    .map(({ itemId, speaker, text }) => ({ itemId, speaker, text }))
