/**
 * What a client may do to the items of the conversation: add, read, delete, and cut off what its
 * caller did not hear.
 */
import type { ClientEvent } from './client-events.ts'
import { noSuchItem, truncateItem } from './conversation.ts'
import { addItem, type Desk } from './desk.ts'
import { entryOf } from './new-item.ts'
import type { Refusal } from './refusal.ts'
import type { RemoteTools } from './remote-tools.ts'
import { retrieved } from './retrieval.ts'

export type ItemEvent = Extract<ClientEvent, { type: `conversation.item.${string}` }>

/** Does what the event asks for and answers it, or says why not. */
export const handleItemEvent = (
  desk: Desk,
  remoteTools: Pick<RemoteTools, 'answered'>,
  event: ItemEvent,
): void => {
  const refusal = answer(desk, remoteTools, event)
  if (refusal) desk.refuse(refusal, event.event_id)
}

const answer = (
  desk: Desk,
  remoteTools: Pick<RemoteTools, 'answered'>,
  event: ItemEvent,
): Refusal | undefined => {
  switch (event.type) {
    case 'conversation.item.create':
      return create(desk, remoteTools, event)
    case 'conversation.item.retrieve':
      return retrieve(desk, event.item_id)
    case 'conversation.item.delete':
      return remove(desk, event.item_id)
    case 'conversation.item.truncate':
      return truncate(desk, event)
  }
}

type Of<Type> = Extract<ItemEvent, { type: Type }>

const create = (
  desk: Desk,
  remoteTools: Pick<RemoteTools, 'answered'>,
  { item, previous_item_id }: Of<'conversation.item.create'>,
): Refusal | undefined => {
  const entry = entryOf(item, desk.conversation, desk.session().audio.input.format, desk.ids)
  if ('code' in entry) return entry
  if (!addItem(desk, entry, previous_item_id)) return noPreviousItem(previous_item_id ?? '')
  if (entry.item.type === 'mcp_approval_response') remoteTools.answered(entry.item)
}

const retrieve = (desk: Desk, itemId: string): Refusal | undefined => {
  const entry = desk.conversation.find(itemId)
  if (!entry) return noSuchItem('retrieve', itemId)
  desk.send({ type: 'conversation.item.retrieved', item: retrieved(entry, desk.session()) })
}

const remove = (desk: Desk, itemId: string): Refusal | undefined => {
  if (!desk.conversation.remove(itemId)) return noSuchItem('delete', itemId)
  desk.send({ type: 'conversation.item.deleted', item_id: itemId })
}

const truncate = (desk: Desk, event: Of<'conversation.item.truncate'>): Refusal | undefined => {
  const { item_id, content_index, audio_end_ms } = event
  const refusal = truncateItem(desk.conversation, item_id, content_index, audio_end_ms)
  desk.recorder.truncated({
    itemId: item_id,
    contentIndex: content_index,
    audioEndMs: audio_end_ms,
    isGranted: refusal === undefined,
  })
  if (refusal) return refusal
  desk.send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms })
}

const noPreviousItem = (itemId: string): Refusal => ({
  code: 'item_create_invalid_previous_item_id',
  param: 'previous_item_id',
  message: `Error adding item: the previous item with id '${itemId}' does not exist.`,
})
