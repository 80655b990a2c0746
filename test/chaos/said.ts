/** What a session knows of its conversation, to be compared with what the next one was told. */
import type { Item } from '../../src/sim/model/events.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'

/** A turn that is over: its item, whose it was, and its words; of a tool call, what came of it. */
export type Said = Readonly<{ itemId: string; role: string; words: string }>

/** The turns that are over in a session: put into words, spoken to their end, or done. */
export const completedTurns = (session: ModelSession): readonly Said[] => {
  const items = session.items()
  return items.flatMap((item) => {
    if (item.type === 'function_call') return toolCall(item, items)
    const words = wordsOf(item)
    return item.type === 'message' && item.status === 'completed' && words !== ''
      ? [{ itemId: item.id, role: item.role, words }]
      : []
  })
}

const toolCall = (
  { id, call_id, name, arguments: given }: Extract<Item, { type: 'function_call' }>,
  items: readonly Item[],
): readonly Said[] =>
  items.flatMap((item) =>
    item.type === 'function_call_output' && item.call_id === call_id
      ? [{ itemId: id, role: 'tool', words: `${name} ${given} = ${item.output}` }]
      : []
  )

const wordsOf = (item: Item): string => {
  if (item.type !== 'message') return ''
  const words = item.content.map((part) => {
    if ('text' in part) return part.text
    return 'transcript' in part ? part.transcript ?? '' : ''
  })
  return words.join('')
}

/** Those of `expected` that are not among `known` in this order, word by word. */
export const missingFrom = (
  known: readonly Said[],
  expected: readonly Said[],
): readonly Said[] => {
  let from = 0
  return expected.filter((turn) => {
    const at = known.findIndex((each, place) => place >= from && isSame(each, turn))
    if (at >= 0) from = at + 1
    return at < 0
  })
}

const isSame = (one: Said, other: Said): boolean =>
  one.itemId === other.itemId && one.role === other.role && one.words === other.words
