/**
 * What was said, in the order it was said.
 *
 * The words of the caller arrive late, often after the agent has answered, so lines are placed by the item that precedes them
 * and not by their arrival. What the agent said is cut at what was heard.
 */

export type TranscriptLine = Readonly<{
  itemId: string
  speaker: 'caller' | 'agent'
  text: string
  /** Whether the text is all there; a partial line still grows. */
  final: boolean
  /** When the line began, on the clock of the call. */
  atMs: number
  /** Set on an agent line that was cut short: how much of its audio was heard. */
  heardMs?: number
}>

/** The lines in the order of the conversation; lines without words yet hold the place of their item. */
export type Transcript = readonly TranscriptLine[]

export type NewLine = Readonly<{
  itemId: string
  speaker: TranscriptLine['speaker']
  atMs: number
  /** The item this one follows, where it is known. */
  previousItemId?: string | undefined
}>

/** Makes room for the words of an item after the one it follows, or at the end. An item that has its place keeps it. */
export const placeLine = (transcript: Transcript, line: NewLine): Transcript => {
  const { itemId, speaker, atMs, previousItemId } = line
  if (transcript.some((each) => each.itemId === itemId)) return transcript
  const placed: TranscriptLine = { itemId, speaker, text: '', final: false, atMs }
  const previous = transcript.findIndex((each) => each.itemId === previousItemId)
  return previous < 0 ? [...transcript, placed] : transcript.toSpliced(previous + 1, 0, placed)
}

/** Adds words to a line, which need not have been placed before. */
export const addWords = (transcript: Transcript, line: NewLine, words: string): Transcript =>
  change(
    placeLine(transcript, line),
    line.itemId,
    (found) => found.final ? found : { ...found, text: found.text + words },
  )

/** Sets the whole text of a line. A line that was cut stays as it was cut. */
export const finishLine = (transcript: Transcript, line: NewLine, text: string): Transcript =>
  change(
    placeLine(transcript, line),
    line.itemId,
    (found) => found.heardMs === undefined ? { ...found, text, final: true } : found,
  )

/**
 * Cuts an agent line at what was heard: the same share of its words as of its audio, in whole words. There is no alignment of
 * text and audio to do better with.
 */
export const cutLine = (
  transcript: Transcript,
  itemId: string,
  heardMs: number,
  ofMs: number,
): Transcript =>
  change(transcript, itemId, (found) => ({
    ...found,
    text: wholeWords(found.text, ofMs > 0 ? heardMs / ofMs : 0),
    final: true,
    heardMs,
  }))

/** The item before another that has words: one without them is nothing that a later session was told of. */
export const itemBefore = (transcript: Transcript, itemId: string): string | undefined =>
  transcript.slice(0, Math.max(0, transcript.findIndex((each) => each.itemId === itemId)))
    .findLast(({ text }) => text.trim() !== '')?.itemId

/** The line of an item. */
export const lineOf = (transcript: Transcript, itemId: string): TranscriptLine | undefined =>
  transcript.find((each) => each.itemId === itemId)

const change = (
  transcript: Transcript,
  itemId: string,
  to: (line: TranscriptLine) => TranscriptLine,
): Transcript => transcript.map((line) => line.itemId === itemId ? to(line) : line)

const wholeWords = (text: string, share: number): string => {
  if (share >= 1) return text
  const end = Math.floor(text.length * share)
  const cut = text.slice(0, end)
  return /\s/.test(text[end] ?? ' ') ? cut.trimEnd() : cut.replace(/\S*$/, '').trimEnd()
}
