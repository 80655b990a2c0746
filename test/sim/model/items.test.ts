import { describe, expect, it } from 'vitest'
import { base64Encode } from '../../../src/audio/base64.ts'
import { encodeSound } from '../../../src/sim/model/sound.ts'
import { openSession, tone } from './client.ts'

const written = (text: string, extra: Record<string, unknown> = {}) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  ...extra,
})

describe('conversation.item.create', () => {
  it('adds an item at the end and says so twice', () => {
    const client = openSession()
    client.send(written('One.'))
    client.send(written('Two.'))

    expect(client.types('conversation')).toEqual([
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.added',
      'conversation.item.done',
    ])
    const [first, second] = client.all('conversation.item.done')
    expect(first.get('previous_item_id')).toBe(null)
    expect(second.get('previous_item_id')).toBe(first.get('item.id'))
    expect(second.get('item')).toMatchObject({
      object: 'realtime.item',
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_text', text: 'Two.' }],
    })
  })

  it('keeps the id of the client, and puts items where it says', () => {
    const client = openSession()
    const add = (id: string, previous_item_id?: string) =>
      client.send({
        type: 'conversation.item.create',
        previous_item_id,
        item: { id, type: 'message', role: 'system', content: [{ type: 'input_text', text: id }] },
      })
    add('b')
    add('d')
    add('a', 'root')
    add('c', 'b')

    expect(client.session.items().map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect(client.last('conversation.item.added').get('previous_item_id')).toBe('b')
  })

  it('seeds the history of an earlier session: what both said, tool calls and their results', () => {
    const client = openSession()
    const items = [
      {
        type: 'message',
        role: 'system',
        content: [{ type: 'input_text', text: 'The call was interrupted.' }],
      },
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'Do you take my insurance?' }],
      },
      {
        type: 'function_call',
        call_id: 'call_7',
        name: 'search',
        arguments: '{"query":"insurance"}',
      },
      { type: 'function_call_output', call_id: 'call_7', output: 'Most of them.' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] },
    ]
    for (const item of items) client.send({ type: 'conversation.item.create', item })

    expect(client.types('error')).toEqual([])
    expect(client.session.items()).toMatchObject(items)
  })

  it('takes the audio of a caller', () => {
    const client = openSession({}, { format: { type: 'audio/pcmu' } })
    const audio = base64Encode(encodeSound(tone(500), { type: 'audio/pcmu' }))
    client.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_audio', audio }] },
    })
    client.send({
      type: 'conversation.item.retrieve',
      item_id: client.last('conversation.item.added').get('item.id'),
    })

    expect(client.last('conversation.item.added').get('item.content.0')).toEqual({
      type: 'input_audio',
      transcript: null,
    })
    expect(client.last('conversation.item.retrieved').get('item.content.0.audio')).toBe(audio)
  })

  it.each<[string, Record<string, unknown>, string, string]>([
    [
      'audio of the agent',
      { type: 'message', role: 'assistant', content: [{ type: 'output_audio', audio: '' }] },
      'invalid_value',
      "Invalid value: 'output_audio'. Supported values are: 'output_text'.",
    ],
    [
      'agent text in the words of the beta',
      { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Hi.' }] },
      'invalid_value',
      "Invalid value: 'text'. Supported values are: 'output_text'.",
    ],
    [
      'a message of nobody',
      { type: 'message', content: [{ type: 'input_text', text: 'Hi.' }] },
      'missing_required_parameter',
      "Missing required parameter: 'item.role'.",
    ],
    [
      'an unknown kind of item',
      { type: 'reasoning' },
      'invalid_value',
      "Invalid value: 'reasoning'. Supported values are: 'message', 'function_call', 'function_call_output', 'mcp_approval_response'.",
    ],
    [
      'a call id with a slash',
      { type: 'function_call', call_id: 'a/b', name: 'f', arguments: '{}' },
      'invalid_value',
      "Invalid 'item.call_id': Invalid string: must match pattern /^[a-zA-Z0-9_-]+$/.",
    ],
    [
      'audio that is not base64',
      { type: 'message', role: 'user', content: [{ type: 'input_audio', audio: '***' }] },
      'invalid_value',
      "Invalid 'audio'. Expected base64-encoded audio bytes.",
    ],
  ])('refuses %s', (_what, item, code, message) => {
    const client = openSession()
    client.send({ type: 'conversation.item.create', item })

    expect(client.last('error').get('error')).toMatchObject({ code, message })
    expect(client.session.items()).toEqual([])
  })

  it('refuses a place after an item that is not there, and an id that is taken', () => {
    const client = openSession()
    client.send(written('One.', { previous_item_id: 'item_no' }))
    expect(client.last('error').get('error.param')).toBe('previous_item_id')

    const item = {
      id: 'mine',
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'x' }],
    }
    client.send({ type: 'conversation.item.create', item })
    client.send({ type: 'conversation.item.create', item })
    expect(client.last('error').get('error.param')).toBe('item.id')
    expect(client.session.items().length).toBe(1)
  })
})

describe('an item', () => {
  it('can be deleted, once', () => {
    const client = openSession()
    client.send(written('One.'))
    const item_id = client.last('conversation.item.added').get('item.id')
    client.send({ type: 'conversation.item.delete', item_id })
    client.send({ type: 'conversation.item.delete', item_id })

    expect(client.last('conversation.item.deleted').get('item_id')).toBe(item_id)
    expect(client.last('error').get('error.code')).toBe('item_delete_invalid_item_id')
    expect(client.session.items()).toEqual([])
  })

  it('that is not there cannot be retrieved', () => {
    const client = openSession()
    client.send({ type: 'conversation.item.retrieve', item_id: 'item_no' })

    expect(client.last('error').get('error')).toMatchObject({
      code: 'item_retrieve_invalid_item_id',
      message: "Error retrieving item: the item with id 'item_no' does not exist.",
      param: 'item_id',
    })
  })

  it('that is deleted while it is being said stays away', () => {
    const client = openSession({ firstAudioMs: 0 })
    client.send({ type: 'response.create' })
    client.clock.advance(50)
    client.send({
      type: 'conversation.item.delete',
      item_id: client.last('response.output_item.added').get('item.id'),
    })
    client.clock.advance(5000)

    expect(client.last('response.done').get('response.status')).toBe('completed')
    expect(client.session.items()).toEqual([])
  })
})
