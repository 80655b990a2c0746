/**
 * The default conversation of a session: its items in order, with the audio that belongs to them,
 * and what may be done to them from outside.
 */
import type { Item } from './events.ts'
import type { Refusal } from './refusal.ts'
import type { Sound } from './sound.ts'

export type Entry = Readonly<{
  item: Item
  /**
   * How much audio it has: what the caller said, or what there is so far of what the agent says.
   */
  audioMs: number
  sound?: Sound
  /**
   * What was understood of a caller's audio, known at once; the item shows it when its transcript
   * comes.
   */
  words?: string
  isTruncated?: true
}>

export type Conversation = Readonly<{
  id: string
  /**
   * Puts an entry after another (`root`: at the front, absent: at the end); false when that other
   * is not there.
   */
  insert: (entry: Entry, afterId?: string | null) => boolean
  /** Changes an entry that is there, and does nothing for one that has been deleted. */
  change: (itemId: string, change: (entry: Entry) => Entry) => void
  find: (itemId: string) => Entry | undefined
  remove: (itemId: string) => boolean
  /** The id of the item before this one, null for the first. */
  before: (itemId: string) => string | null
  lastId: () => string | null
  entries: () => readonly Entry[]
}>

export const createConversation = (id: string): Conversation => {
  const entries: Entry[] = []
  const indexOf = (itemId: string) => entries.findIndex(({ item }) => item.id === itemId)

  return {
    id,
    insert: (entry, afterId) => {
      const at = afterId === 'root' ? 0 : afterId ? indexOf(afterId) + 1 : entries.length
      if (at === 0 && afterId !== 'root' && afterId) return false
      entries.splice(at, 0, entry)
      return true
    },
    change: (itemId, change) => {
      const at = indexOf(itemId)
      if (at >= 0) entries[at] = change(entries[at])
    },
    find: (itemId) => entries[indexOf(itemId)],
    remove: (itemId) => {
      const at = indexOf(itemId)
      if (at >= 0) entries.splice(at, 1)
      return at >= 0
    },
    before: (itemId) => entries[indexOf(itemId) - 1]?.item.id ?? null,
    lastId: () => entries.at(-1)?.item.id ?? null,
    entries: () => entries,
  }
}

/**
 * Cuts the audio of an agent's message after `audioEndMs` and forgets its transcript, or says why
 * that cannot be.
 */
export const truncateItem = (
  conversation: Conversation,
  itemId: string,
  contentIndex: number,
  audioEndMs: number,
): Refusal | undefined => {
  const entry = conversation.find(itemId)
  if (!entry) return noSuchItem('truncate', itemId)
  const { item } = entry
  if (item.type !== 'message' || item.role !== 'assistant') return NOT_AGENT_AUDIO
  const part = item.content[contentIndex]
  if (!part && item.content.length > 0) return noSuchContent(contentIndex)
  if (part?.type !== 'output_audio') return NOT_AGENT_AUDIO
  const audioMs = Math.floor(entry.audioMs)
  if (audioEndMs > audioMs) return alreadyShorter(audioMs, audioEndMs)
  const content = item.content.map((other) => other === part ? { type: part.type } : other)
  conversation.change(itemId, () => ({
    ...entry,
    item: { ...item, content },
    audioMs: audioEndMs,
    isTruncated: true,
  }))
  return undefined
}

/** The refusal to do something to an item that is not there. */
export const noSuchItem = (
  action: 'retrieve' | 'truncate' | 'delete',
  itemId: string,
): Refusal => ({
  code: `item_${action}_invalid_item_id`,
  param: 'item_id',
  message: `Error ${ACTION_NAMES[action]} item: the item with id '${itemId}' does not exist.`,
})

const ACTION_NAMES = { retrieve: 'retrieving', truncate: 'truncating', delete: 'deleting' }

const NOT_AGENT_AUDIO: Refusal = {
  code: 'invalid_value',
  message: 'Only model output audio messages can be truncated',
}

const noSuchContent = (contentIndex: number): Refusal => ({
  code: 'invalid_value',
  param: 'content_index',
  message: `Content index ${contentIndex} does not exist.`,
})

const alreadyShorter = (audioMs: number, audioEndMs: number): Refusal => ({
  code: 'invalid_value',
  message: `Audio content of ${audioMs}ms is already shorter than ${audioEndMs}ms`,
})
