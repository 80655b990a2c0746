import { describe, expect, it } from 'vitest'
import { audioMsIn, type Client, openSession, sessionUpdate, tone } from './client.ts'

const PCMU = { type: 'audio/pcmu' } as const
const LONG =
  'One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen.'

const speakSlowly = { speed: 1, firstAudioMs: 0, deltaMs: [100] }

const startToSpeak = (client: Client, text = LONG): void =>
  client.send({ type: 'response.create', response: { instructions: `Say exactly: "${text}"` } })

describe('an interruption', () => {
  it('ends the response as cancelled by the caller, and no more of it comes', () => {
    const client = openSession(speakSlowly, { format: PCMU })
    startToSpeak(client)
    client.silence(1000)
    client.say(tone(100))
    const types = client.types()
    const from = types.indexOf('input_audio_buffer.speech_started')

    expect(types.slice(from)).toEqual([
      'input_audio_buffer.speech_started',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ].slice(0, types.length - from))
    expect(client.last('response.done').get('response.status')).toBe('cancelled')
    expect(client.last('response.done').get('response.status_details')).toEqual({
      type: 'cancelled',
      reason: 'turn_detected',
    })
    expect(client.last('response.output_item.done').get('item.status')).toBe('incomplete')

    client.say(tone(3000))
    expect(client.types('response.output_audio.delta').length)
      .toBe(types.filter((type) => type === 'response.output_audio.delta').length)
  })

  it('lets as many deltas come late as the scenario says, between speech_started and the end', () => {
    const client = openSession({ ...speakSlowly, lateDeltas: 3 }, { format: PCMU })
    startToSpeak(client)
    client.silence(1000)
    client.say(tone(100))
    client.say(tone(1000))

    const types = client.types()
    const started = types.indexOf('input_audio_buffer.speech_started')
    const done = types.indexOf('response.done')
    expect(
      types.slice(started, done).filter((type) => type === 'response.output_audio.delta').length,
    ).toBe(3)
    expect(types.slice(done)).not.toContain('response.output_audio.delta')
  })

  it('lets no more deltas come late than there are', () => {
    const client = openSession({ ...speakSlowly, lateDeltas: 1000 }, { format: PCMU })
    startToSpeak(client, 'Goodbye.')
    client.silence(100)
    client.say(tone(120))

    expect(audioMsIn(client.events, 1 / 8)).toBeCloseTo(523.25, 2)
    expect(client.last('response.done').get('response.status')).toBe('cancelled')
  })

  it('before the first delta leaves a response without items', () => {
    const client = openSession({ firstAudioMs: 3000, lateDeltas: 5 }, { format: PCMU })
    startToSpeak(client)
    client.say(tone(100))

    expect(client.types('response')).toEqual(['response.created', 'response.done'])
    expect(client.last('response.done').get('response.output')).toEqual([])
  })

  it('does not happen when interrupt_response is off: the turn is refused an answer instead', () => {
    const client = openSession(speakSlowly, { format: PCMU })
    client.send(sessionUpdate({
      audio: { input: { turn_detection: { type: 'server_vad', interrupt_response: false } } },
    }))
    startToSpeak(client)
    client.say(tone(300))
    client.silence(400)

    expect(client.last('error').get('error.code')).toBe('conversation_already_has_active_response')
    expect(client.types('response.done')).toEqual([])
    client.silence(10_000)
    expect(client.last('response.done').get('response.status')).toBe('completed')
  })

  it('by the client is cancelled by the client', () => {
    const client = openSession(speakSlowly, { format: PCMU })
    startToSpeak(client)
    client.clock.advance(500)
    client.send({ type: 'response.cancel' })

    expect(client.last('response.done').get('response.status_details')).toEqual({
      type: 'cancelled',
      reason: 'client_cancelled',
    })
  })

  it('by the client of nothing is a harmless error', () => {
    const client = openSession()
    client.send({ type: 'response.cancel', event_id: 'c1' })

    expect(client.last('error').get('error')).toEqual({
      type: 'invalid_request_error',
      code: 'response_cancel_not_active',
      message: 'Cancellation failed: no active response found',
      param: null,
      event_id: 'c1',
    })
    expect(client.session.isOpen()).toBe(true)
  })

  it('is charged for what was generated', () => {
    const client = openSession(speakSlowly, { format: PCMU })
    startToSpeak(client)
    client.clock.advance(950)
    client.send({ type: 'response.cancel' })

    expect(client.last('response.done').get('response.usage.output_token_details.audio_tokens'))
      .toBe(20)
  })
})

describe('a truncation', () => {
  const truncate = (item_id: unknown, audio_end_ms: number, content_index = 0) => ({
    type: 'conversation.item.truncate',
    item_id,
    content_index,
    audio_end_ms,
  })

  const interrupted = () => {
    const client = openSession(speakSlowly, { format: PCMU })
    startToSpeak(client)
    client.clock.advance(1950)
    client.send({ type: 'response.cancel' })
    return { client, itemId: client.last('response.output_item.added').get('item.id') }
  }

  it('is granted up to the last generated ms, and takes the transcript with it', () => {
    const { client, itemId } = interrupted()
    client.send(truncate(itemId, 2000))

    expect(client.last('conversation.item.truncated').get('audio_end_ms')).toBe(2000)
    expect(client.session.items()[0]).toMatchObject({
      id: itemId,
      content: [{ type: 'output_audio' }],
    })
    expect(client.session.items()[0]).not.toHaveProperty('content.0.transcript')
    expect(client.session.record.truncations).toEqual([
      { itemId, contentIndex: 0, audioEndMs: 2000, isGranted: true },
    ])
  })

  it('is refused one ms further', () => {
    const { client, itemId } = interrupted()
    client.send({ ...truncate(itemId, 2001), event_id: 't1' })

    expect(client.last('error').get('error')).toEqual({
      type: 'invalid_request_error',
      code: 'invalid_value',
      message: 'Audio content of 2000ms is already shorter than 2001ms',
      param: null,
      event_id: 't1',
    })
    expect(client.session.record.truncations[0].isGranted).toBe(false)
  })

  it('counts from what an earlier one left', () => {
    const { client, itemId } = interrupted()
    client.send(truncate(itemId, 700))
    client.send(truncate(itemId, 1200))

    expect(client.last('error').get('error.message')).toBe(
      'Audio content of 700ms is already shorter than 1200ms',
    )
  })

  it('leaves the audio that was heard to be retrieved', () => {
    const { client, itemId } = interrupted()
    client.send(truncate(itemId, 700))
    client.send({ type: 'conversation.item.retrieve', item_id: itemId })

    const audio = client.last('conversation.item.retrieved').get('item.content.0.audio')
    expect(Uint8Array.fromBase64(String(audio)).length).toBe(5600)
  })

  it('while the item is still being generated keeps its transcript away', () => {
    const client = openSession(speakSlowly, { format: PCMU })
    startToSpeak(client)
    client.clock.advance(950)
    client.send(truncate(client.last('response.output_item.added').get('item.id'), 400))
    client.clock.advance(20_000)

    expect(client.last('response.done').get('response.status')).toBe('completed')
    expect(client.session.items()[0]).not.toHaveProperty('content.0.transcript')
  })

  it('is refused for an item that is not there', () => {
    const client = openSession()
    client.send(truncate('item_nobody', 0))

    expect(client.last('error').get('error.code')).toBe('item_truncate_invalid_item_id')
  })

  it('is refused for what the caller said, and for an agent that has not said anything yet', () => {
    const client = openSession({ ...speakSlowly, turns: [] }, { format: PCMU })
    client.say(tone(300))
    client.silence(220)
    client.send(truncate(client.last('input_audio_buffer.committed').get('item_id'), 0))
    expect(client.last('error').get('error.message')).toBe(
      'Only model output audio messages can be truncated',
    )

    client.send({
      type: 'conversation.item.create',
      item: {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Yes.' }],
      },
    })
    client.send(truncate(client.last('conversation.item.added').get('item.id'), 0))
    expect(client.all('error').length).toBe(2)
  })

  it('is refused for another part than there is', () => {
    const { client, itemId } = interrupted()
    client.send(truncate(itemId, 0, 1))

    expect(client.last('error').get('error.param')).toBe('content_index')
  })

  it('is refused before the beginning', () => {
    const { client, itemId } = interrupted()
    client.send(truncate(itemId, -11))

    expect(client.last('error').get('error')).toMatchObject({
      code: 'integer_below_min_value',
      message:
        "Invalid 'audio_end_ms': integer below minimum value. Expected a value >= 0, but got -11 instead.",
      param: 'audio_end_ms',
    })
  })
})
