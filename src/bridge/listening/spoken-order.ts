/**
 * Puts what two people say into the order in which they began to say it. Each has a transcriber of their own, and one that is late
 * must not turn an answer and its question around; so a line waits for those that began before it, but not for ever.
 */

/** Who called, and who was called. */
export type Speaker = 'caller' | 'human'

/** A line of a call between humans. */
export type HumanLine =
  & Readonly<{
    itemId: string
    text: string
    final: true
    /** When they began to say it, in ms since the stream began. */
    atMs: number
  }>
  & (Readonly<{ speaker: 'caller' }> | Readonly<{ speaker: 'human' }>)

/** What is known so far: turns without words yet, and lines that wait for them. */
export type SpokenOrder = Readonly<{
  begun: readonly Begun[]
  waiting: readonly Readonly<{ line: HumanLine; sinceMs: number }>[]
}>

/** A turn that has begun. */
export type Begun = Readonly<{
  itemId: string
  speaker: Speaker
  /** When it began, in ms since the stream began. */
  atMs: number
  /** When we were told, on our own clock. */
  sinceMs: number
}>

/** Nothing has been said. */
export const SILENCE: SpokenOrder = { begun: [], waiting: [] }

/** The longest a line waits for an earlier one. */
const PATIENCE_MS = 5_000
/** A turn of which nothing has been heard for this long is not waited for any more. */
const FORGOTTEN_MS = 60_000

/** Notes that somebody has begun to speak. */
export const begin = (order: SpokenOrder, turn: Begun): SpokenOrder => ({
  ...order,
  begun: [...order.begun, turn],
})

/** Notes that the turns of a speaker will have no words, or a single one, by its item. */
export const giveUp = (order: SpokenOrder, speaker: Speaker, itemId?: string): SpokenOrder => ({
  ...order,
  // Servers name their items as they like; the two of one call may use the same names.
  begun: order.begun.filter((turn) =>
    turn.speaker !== speaker || itemId !== undefined && turn.itemId !== itemId
  ),
})

/** Adds a line. One without words says only that its turn is over. */
export const write = (order: SpokenOrder, line: HumanLine, nowMs: number): SpokenOrder => {
  const { begun, waiting } = giveUp(order, line.speaker, line.itemId)
  return line.text.trim() === ''
    ? { begun, waiting }
    : { begun, waiting: [...waiting, { line, sinceMs: nowMs }] }
}

/** Takes out the lines whose time has come, in order; with `all` every one. */
export const release = (
  order: SpokenOrder,
  nowMs: number,
  all = false,
): readonly [SpokenOrder, readonly HumanLine[]] => {
  const begun = order.begun.filter(({ sinceMs }) => nowMs - sinceMs < FORGOTTEN_MS)
  const firstBegunMs = Math.min(...begun.map(({ atMs }) => atMs))
  const waiting = order.waiting.toSorted((a, b) => a.line.atMs - b.line.atMs)
  const last = waiting.findLastIndex(({ line, sinceMs }) =>
    all || line.atMs <= firstBegunMs || nowMs - sinceMs >= PATIENCE_MS
  )
  return [
    { begun, waiting: waiting.slice(last + 1) },
    waiting.slice(0, last + 1).map(({ line }) => line),
  ]
}
