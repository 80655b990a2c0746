/**
 * Writes the items of one response, one after the other: each method is a step of an item's life
 * and sends the events of that step, in the documented order. An item is in the conversation from
 * its first moment, unless the response is out of band.
 */
import { base64Encode } from '../../audio/base64.ts'
import type { Desk } from './desk.ts'
import type {
  AssistantMessage,
  ContentPart,
  FunctionCall,
  Item,
  McpCall,
  OutputContent,
} from './events.ts'
import type { Generated } from './meter.ts'
import type { RemoteTools } from './remote-tools.ts'
import type { Sound } from './sound.ts'

export type OutputWriter = Readonly<{
  /**
   * Opens a message of the agent: a spoken one with the sound it is going to be, a written one
   * without.
   */
  openMessage: (sound?: Sound) => void
  /** Opens a call of a tool. */
  openCall: (name: string) => void
  /** Opens a call of a tool of an MCP server, which is made when its arguments are complete. */
  openMcpCall: (label: string, name: string) => void
  /** Adds to the transcript, text or arguments of the open item. */
  text: (delta: string) => void
  /** Adds to the audio of the open item. */
  audio: (bytes: Uint8Array, ms: number) => void
  /** Completes the open item, or leaves it incomplete; does nothing when none is open. */
  close: (status: 'completed' | 'incomplete') => void
  /** The items that were closed, and how much was generated. */
  output: () => readonly Item[]
  generated: () => Generated
}>

type Open = {
  item: AssistantMessage | FunctionCall | McpCall
  medium: 'audio' | 'text' | 'call'
  text: string
}

/** Starts to write a response; `inConversation` is false for one that is out of band. */
export const createOutputWriter = (
  desk: Desk,
  remoteTools: Pick<RemoteTools, 'called'>,
  responseId: string,
  inConversation: boolean,
): OutputWriter => {
  const output: Item[] = []
  let characters = 0
  let audioMs = 0
  let open: Open | undefined

  const place = ({ item }: Open) => ({
    response_id: responseId,
    item_id: item.id,
    output_index: output.length,
  })
  const contentPlace = (open: Open) => ({ ...place(open), content_index: 0 })

  const openItem = (next: Open, sound?: Sound) => {
    open = next
    const { item } = next
    desk.send({
      type: 'response.output_item.added',
      response_id: responseId,
      output_index: output.length,
      item,
    })
    if (!inConversation) return
    const previous_item_id = desk.conversation.lastId()
    desk.conversation.insert({ item, audioMs: 0, ...(sound ? { sound } : {}) })
    desk.send({ type: 'conversation.item.added', item, previous_item_id })
  }

  const closePart = (open: Open) => {
    if (open.item.type === 'mcp_call') {
      desk.send({ type: 'response.mcp_call_arguments.done', ...place(open), arguments: open.text })
      return
    }
    if (open.medium === 'call') {
      if (open.item.type !== 'function_call') return
      const { call_id, name } = open.item
      desk.send({
        type: 'response.function_call_arguments.done',
        ...place(open),
        call_id,
        name,
        arguments: open.text,
      })
      return
    }
    if (open.medium === 'audio') {
      desk.send({ type: 'response.output_audio.done', ...contentPlace(open) })
      desk.send({
        type: 'response.output_audio_transcript.done',
        ...contentPlace(open),
        transcript: open.text,
      })
    } else desk.send({ type: 'response.output_text.done', ...contentPlace(open), text: open.text })
    const part = partOf(open.medium, open.text)
    desk.send({ type: 'response.content_part.done', ...contentPlace(open), part })
  }

  return {
    openMessage: (sound) => {
      const medium = sound ? 'audio' : 'text'
      const opened: Open = { item: emptyMessage(desk.ids('item')), medium, text: '' }
      openItem(opened, sound)
      const part = partOf(medium, '')
      desk.send({ type: 'response.content_part.added', ...contentPlace(opened), part })
    },
    openCall: (name) =>
      openItem({
        item: emptyCall(desk.ids('item'), desk.ids('call'), name),
        medium: 'call',
        text: '',
      }),
    openMcpCall: (label, name) =>
      openItem({ item: emptyMcpCall(desk.ids('mcp'), label, name), medium: 'call', text: '' }),
    text: (delta) => {
      if (!open || delta === '') return
      open.text += delta
      characters += delta.length
      if (open.item.type === 'function_call') {
        const { call_id } = open.item
        desk.send({
          type: 'response.function_call_arguments.delta',
          ...place(open),
          call_id,
          delta,
        })
        return
      }
      if (open.item.type === 'mcp_call') {
        desk.send({ type: 'response.mcp_call_arguments.delta', ...place(open), delta })
        return
      }
      const type = open.medium === 'audio'
        ? 'response.output_audio_transcript.delta'
        : 'response.output_text.delta'
      desk.send({ type, ...contentPlace(open), delta })
    },
    audio: (bytes, ms) => {
      if (!open || open.item.type !== 'message') return
      const item = { ...open.item, content: [{ type: 'output_audio' as const }] }
      audioMs += ms
      desk.conversation.change(
        item.id,
        (entry) => entry.isTruncated ? entry : { ...entry, item, audioMs: entry.audioMs + ms },
      )
      desk.send({
        type: 'response.output_audio.delta',
        ...contentPlace(open),
        delta: base64Encode(bytes),
      })
    },
    close: (status) => {
      if (!open) return
      closePart(open)
      const item = itemAsGenerated(open, status)
      const where = place(open)
      open = undefined
      if (item.type === 'mcp_call' && status === 'completed') {
        // The response does not wait for it: it is over when all is written.
        const call: McpCall = { ...item, status: 'in_progress' }
        output.push(call)
        desk.conversation.change(item.id, (entry) => ({ ...entry, item: call }))
        return remoteTools.called(call, where)
      }
      desk.send({
        type: 'response.output_item.done',
        response_id: responseId,
        output_index: output.length,
        item,
      })
      output.push(item)
      if (!desk.conversation.find(item.id)) return
      desk.conversation.change(item.id, (entry) => entry.isTruncated ? entry : { ...entry, item })
      const previous_item_id = desk.conversation.before(item.id)
      desk.send({ type: 'conversation.item.done', item, previous_item_id })
    },
    output: () => output,
    generated: () => ({ characters, audioMs }),
  }
}

const emptyMessage = (id: string): AssistantMessage => ({
  id,
  object: 'realtime.item',
  type: 'message',
  status: 'in_progress',
  role: 'assistant',
  content: [],
})

const emptyCall = (id: string, call_id: string, name: string): FunctionCall => ({
  id,
  object: 'realtime.item',
  type: 'function_call',
  status: 'in_progress',
  call_id,
  name,
  arguments: '',
})

const emptyMcpCall = (id: string, server_label: string, name: string): McpCall => ({
  id,
  object: 'realtime.item',
  type: 'mcp_call',
  status: 'in_progress',
  server_label,
  name,
  arguments: '',
  approval_request_id: null,
  output: null,
  error: null,
})

/** A part of content is called `audio`, the content of an item that it becomes `output_audio`. */
const partOf = (medium: 'audio' | 'text', text: string): ContentPart =>
  medium === 'audio' ? { type: medium, transcript: text } : { type: medium, text }

const itemAsGenerated = ({ item, medium, text }: Open, status: Item['status']): Item => {
  if (item.type !== 'message') return { ...item, status, arguments: text }
  const content: OutputContent = medium === 'audio'
    ? { type: 'output_audio', transcript: text }
    : { type: 'output_text', text }
  return { ...item, status, content: [content] }
}
