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

/**
 * What was said so far. Lines without words are left out: nobody knows them. So is the turn that is `unwritten`, whatever words of
 * it there are: a session that takes over is given its audio.
 */
export const conversationOf = (
  transcript: Transcript,
  unwritten: string | undefined,
): readonly ConversationItem[] =>
  transcript
    .filter((line) => line.text.trim() !== '' && line.itemId !== unwritten)
    .map(({ itemId, speaker, text }) => ({ itemId, speaker, text }))
