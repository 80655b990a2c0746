/**
 * What was said and done, in the order of the conversation.
 *
 * The words of the caller arrive late, often after the agent has answered, so lines are placed by the item that precedes them
 * and not by their arrival. What the agent said is cut at what was heard.
 */

export type TranscriptLine = SpokenLine | ToolLine

export type SpokenLine =
  & Line
  & Readonly<{
    /** A `note` was said by nobody: it is what the model was told of the call, such as a key that was pressed. */
    speaker: 'caller' | 'agent' | 'note'
    /** Set on an agent line that was cut short: how much of its audio was heard. */
    heardMs?: number
  }>

/** Something the agent had done; its text is what came of it, empty and not final until that is known. */
export type ToolLine = Line & Readonly<{ speaker: 'tool'; tool: CalledTool; heardMs?: never }>

export type CalledTool = Readonly<{
  toolCallId: string
  name: string
  /** The arguments as the model wrote them. */
  given: string
  failed: boolean
}>

type Line = Readonly<{
  itemId: string
  text: string
  /** Whether the text is all there; a partial line still grows. */
  final: boolean
  /** When the line began, on the clock of the call. */
  atMs: number
}>

/** The lines in the order of the conversation; lines without words yet hold the place of their item. */
export type Transcript = readonly TranscriptLine[]

export type NewLine = Readonly<{
  itemId: string
  speaker: SpokenLine['speaker']
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
    (found) =>
      found.speaker !== 'tool' && found.heardMs === undefined
        ? { ...found, text, final: true }
        : found,
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
  change(transcript, itemId, (found) =>
    found.speaker === 'tool' ? found : {
      ...found,
      text: wholeWords(found.text, ofMs > 0 ? heardMs / ofMs : 0),
      final: true,
      heardMs,
    })

/** Writes down that something is to be done. */
export const addToolCall = (
  transcript: Transcript,
  itemId: string,
  tool: CalledTool,
  atMs: number,
): Transcript => [...transcript, { itemId, speaker: 'tool', tool, text: '', final: false, atMs }]

/** Writes down what is known by now of a tool call that was noted before. */
export const describeToolCall = (
  transcript: Transcript,
  toolCallId: string,
  { name, given }: Pick<CalledTool, 'name' | 'given'>,
): Transcript =>
  transcript.map((line) =>
    line.speaker === 'tool' && line.tool.toolCallId === toolCallId
      ? { ...line, tool: { ...line.tool, name, given } }
      : line
  )

/** Writes down what came of it. */
export const finishToolCall = (
  transcript: Transcript,
  toolCallId: string,
  output: string,
  failed: boolean,
): Transcript =>
  transcript.map((line) =>
    line.speaker === 'tool' && line.tool.toolCallId === toolCallId
      ? { ...line, text: output, final: true, tool: { ...line.tool, failed } }
      : line
  )

/** The line of a tool call. */
export const toolLineOf = (transcript: Transcript, toolCallId: string): ToolLine | undefined =>
  transcript.find((line): line is ToolLine =>
    line.speaker === 'tool' && line.tool.toolCallId === toolCallId
  )

/** The item before another that a later session was told of; it was not told of one without words. */
export const itemBefore = (transcript: Transcript, itemId: string): string | undefined =>
  transcript.slice(0, Math.max(0, transcript.findIndex((each) => each.itemId === itemId)))
    .findLast(isKnown)?.itemId

/** Whether there is anything to tell of a line. */
export const isKnown = (line: TranscriptLine): boolean =>
  line.speaker === 'tool' || line.text.trim() !== ''

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
